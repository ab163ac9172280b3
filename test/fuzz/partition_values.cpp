#include "protocol/partition_value.hpp"
#include "support/protocol_fuzz.hpp"

using namespace merganser;

static const std::vector<std::string> VALUES = {
    "0",
    "-128",
    "9223372036854775807",
    "1.5E-10",
    "NaN",
    "-Infinity",
    "123456789012345678901234567890.12345678",
    "2020-02-29",
    "-0044-3-15",
    "+12345-06-07",
    "true",
    "FALSE",
    "a/b=c%",
    "2020-01-01 00:00:00.123456",
    "2020-01-01T00:00:00.5+01:00",
    "1969-12-31T23:59:59.999999Z",
    "\xC3\xA9",
};
static const std::vector<std::string> PIECES = {"-", "+", ".", "e", "E5", "e-400", "0",   "00000000000000000000",
                                                "9", ":", "T", "Z", " ",  "99",    "\xFF"};

static std::vector<DataTypePtr> Types() {
	std::vector<DataTypePtr> types = {DataType::Decimal(38, 10), DataType::Decimal(38, 0), DataType::Decimal(5, 5),
	                                  DataType::Decimal(18, 2)};
	for (auto kind : {TypeKind::BOOLEAN, TypeKind::BYTE, TypeKind::SHORT, TypeKind::INTEGER, TypeKind::LONG,
	                  TypeKind::FLOAT, TypeKind::DOUBLE, TypeKind::STRING, TypeKind::BINARY, TypeKind::DATE,
	                  TypeKind::TIMESTAMP, TypeKind::TIMESTAMP_NTZ, TypeKind::VARIANT}) {
		types.push_back(DataType::Primitive(kind));
	}
	return types;
}

static bool Same(const Scalar &left, const Scalar &right) {
	auto *left_number = std::get_if<double>(&left);
	auto *right_number = std::get_if<double>(&right);
	if (left_number && right_number && *left_number != *left_number) {
		return *right_number != *right_number;
	}
	return left == right;
}

int main(int argc, char **argv) {
	auto types = Types();
	return RunFuzz(argc, argv, [&](FuzzInput &input) {
		auto text = input.Below(10) == 0 ? input.Bytes(40) : input.Mutate(input.OneOf(VALUES), PIECES);
		auto &type = *types[input.Below(types.size())];
		auto folder = PartitionFolder(text, text);
		FuzzCheck(folder.find('/') == std::string::npos, "a folder is one name", folder);
		auto value = ParsePartitionValue(text, type);
		auto written = WritePartitionValue(value, type);
		FuzzCheck(written.has_value() == !IsNull(value), "null is null", text);
		FuzzCheck(Same(ParsePartitionValue(written, type), value), "parse(write(x)) == x", text);
	});
}
