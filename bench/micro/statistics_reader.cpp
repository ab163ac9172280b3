// CPU time of StatisticsReader on texts as Spark writes them: 10 columns, about 600 bytes. Not part of CI.
#include "protocol/file_statistics.hpp"

#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

using namespace merganser;

static std::string Stamp(std::mt19937_64 &random, bool date_only) {
	char buffer[64];
	std::snprintf(buffer, sizeof(buffer),
	              date_only ? "\"20%02d-%02d-%02d\"" : "\"20%02d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", int(random() % 30),
	              int(random() % 12 + 1), int(random() % 28 + 1), int(random() % 24), int(random() % 60),
	              int(random() % 60), int(random() % 1000));
	return buffer;
}

static std::string Bounds(std::mt19937_64 &random) {
	auto number = [&](uint64_t bound) {
		return std::to_string(random() % bound);
	};
	return "{\"order_id\":" + number(1000000000) + ",\"customer_id\":" + number(1000000) +
	       ",\"quantity\":" + number(100) + ",\"price\":" + number(10000) + "." + std::to_string(10 + random() % 90) +
	       ",\"discount\":0." + number(100000) + ",\"status\":\"status_" + number(100) + "\",\"city\":\"city of " +
	       number(100000) + "\",\"order_date\":" + Stamp(random, true) + ",\"created_at\":" + Stamp(random, false) +
	       ",\"updated_at\":" + Stamp(random, false) + "}";
}

//! An argument picks one of the measurements.
int main(int argc, char **argv) {
	auto leaf = [](const char *name, DataTypePtr type) {
		return LeafColumn {{name}, {name}, std::move(type)};
	};
	std::vector<LeafColumn> leaves = {
	    leaf("order_id", DataType::Primitive(TypeKind::LONG)),
	    leaf("customer_id", DataType::Primitive(TypeKind::LONG)),
	    leaf("quantity", DataType::Primitive(TypeKind::INTEGER)),
	    leaf("price", DataType::Decimal(18, 2)),
	    leaf("discount", DataType::Primitive(TypeKind::DOUBLE)),
	    leaf("status", DataType::Primitive(TypeKind::STRING)),
	    leaf("city", DataType::Primitive(TypeKind::STRING)),
	    leaf("order_date", DataType::Primitive(TypeKind::DATE)),
	    leaf("created_at", DataType::Primitive(TypeKind::TIMESTAMP)),
	    leaf("updated_at", DataType::Primitive(TypeKind::TIMESTAMP)),
	};
	std::mt19937_64 random(1);
	std::vector<std::string> texts;
	size_t bytes = 0;
	for (int i = 0; i < 20000; i++) {
		texts.push_back("{\"numRecords\":" + std::to_string(random() % 1000000) + ",\"minValues\":" + Bounds(random) +
		                ",\"maxValues\":" + Bounds(random) +
		                ",\"nullCount\":{\"order_id\":0,\"customer_id\":0,\"quantity\":0,\"price\":0,\"discount\":12,"
		                "\"status\":0,\"city\":0,"
		                "\"order_date\":0,\"created_at\":0,\"updated_at\":0},\"tightBounds\":true}");
		bytes += texts.back().size();
	}
	constexpr int ROUNDS = 50;
	auto measure = [&](const std::string &name, auto &&read) {
		if (argc > 1 && name != argv[1]) {
			return;
		}
		auto begin = std::clock();
		int64_t sum = 0;
		for (int round = 0; round < ROUNDS; round++) {
			for (auto &text : texts) {
				sum += read(text);
			}
		}
		auto seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
		auto count = double(texts.size()) * ROUNDS;
		std::printf("%-10s %.3f s for %.0f texts of %zu bytes: %.0f ns each, %.0f MB/s (%lld)\n", name.c_str(), seconds,
		            count, bytes / texts.size(), seconds / count * 1e9, double(bytes) * ROUNDS / seconds / 1e6,
		            static_cast<long long>(sum));
	};
	StatisticsReader reader(leaves);
	measure("raw", [&](const std::string &text) { return reader.ReadRaw(text).columns[9].max.integer & 1; });
	measure("scalars", [&](const std::string &text) { return reader.Read(text).columns[0].null_count.value_or(0); });
	measure("keys", [&](const std::string &text) { return ParseStatistics(text, leaves).num_records.value_or(0) & 1; });
	return 0;
}
