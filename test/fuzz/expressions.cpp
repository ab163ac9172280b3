#include "protocol/sql_expression.hpp"
#include "support/protocol_fuzz.hpp"

using namespace merganser;

static const std::vector<std::string> TEXTS = {
    "a > 0 AND b IS NOT NULL OR NOT c = 'x'",
    "`a b`.`c` <=> 1.50 + 2L * -3",
    "CASE WHEN a IN (1, 2D, 3e5) THEN concat(s, 'it\\'s', \"q\") ELSE NULL END LIKE '%\\_'",
    "CAST(a AS DECIMAL(10, 2)) / 2 BETWEEN b AND c div 4 % 5",
    "DATE'2024-01-01' < day AND date_format(ts, 'yyyy-MM') == '2024-02'",
    "coalesce(st.x, length(s), 5) >= 0 AND s NOT LIKE 'a%'",
    "current_timestamp() > ts || 'x'",
};
static const std::vector<std::string> PIECES = {"(",     ")",     "'",     "`",    "\\",   "-",          "--",
                                                " NOT ", " AND ", "CASE ", "1e",   ".",    ",",          "=",
                                                "<",     " IS ",  "cast(", "\xFF", " END", "9999999999", "\""};

static Schema Columns() {
	Schema schema;
	for (const char *name : {"a", "b", "c"}) {
		StructField field;
		field.name = name;
		field.type = DataType::Primitive(TypeKind::INTEGER);
		schema.fields.push_back(field);
	}
	schema.fields.back().type = DataType::Primitive(TypeKind::STRING);
	return schema;
}

int main(int argc, char **argv) {
	const auto schema = Columns();
	return RunFuzz(argc, argv, [&](FuzzInput &input) {
		const auto text = input.Below(10) == 0 ? input.Bytes(60) : input.Mutate(input.OneOf(TEXTS), PIECES);
		std::string written;
		try {
			written = WriteSparkExpression(ParseSparkExpression(text));
		} catch (const Error &error) {
			FuzzCheck(error.kind == ErrorKind::UNSUPPORTED, "what is not understood is refused", text);
			return;
		}
		const auto again = WriteSparkExpression(ParseSparkExpression(written));
		FuzzCheck(again == written, "write(parse(written)) == written", text);
		try {
			const auto resolved = ResolveExpression(ParseSparkExpression(text), schema);
			FuzzCheck(resolved.type != nullptr, "a resolved expression has a type", text);
		} catch (const Error &error) {
			FuzzCheck(error.kind == ErrorKind::UNSUPPORTED, "what differs is refused", text);
		}
	});
}
