#include "cli/json_result_writer.hpp"

#include "cli/result_chunks.hpp"

#include <cmath>

namespace merganser::cli {

namespace {

using duckdb::LogicalTypeId;
using duckdb::Value;

void AppendString(std::string &text, const std::string &value) {
	text += '"';
	for (char c : value) {
		switch (c) {
		case '"':
			text += "\\\"";
			break;
		case '\\':
			text += "\\\\";
			break;
		case '\n':
			text += "\\n";
			break;
		case '\r':
			text += "\\r";
			break;
		case '\t':
			text += "\\t";
			break;
		default:
			if (static_cast<unsigned char>(c) < 0x20) {
				char escaped[8];
				std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(c));
				text += escaped;
			} else {
				text += c;
			}
		}
	}
	text += '"';
}

void AppendValue(std::string &text, const Value &value);

void AppendFloat(std::string &text, const Value &value) {
	const auto number = value.GetValue<double>();
	if (std::isfinite(number)) {
		text += value.ToString();
	} else if (std::isnan(number)) {
		text += "\"NaN\"";
	} else {
		text += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
	}
}

void AppendElements(std::string &text, const duckdb::vector<Value> &elements) {
	text += '[';
	for (size_t i = 0; i < elements.size(); i++) {
		text += i == 0 ? "" : ",";
		AppendValue(text, elements[i]);
	}
	text += ']';
}

void AppendStruct(std::string &text, const Value &value) {
	if (duckdb::StructType::IsUnnamed(value.type())) {
		AppendElements(text, duckdb::StructValue::GetChildren(value));
		return;
	}
	const auto &fields = duckdb::StructType::GetChildTypes(value.type());
	const auto &children = duckdb::StructValue::GetChildren(value);
	text += '{';
	for (size_t i = 0; i < children.size(); i++) {
		text += i == 0 ? "" : ",";
		AppendString(text, fields[i].first);
		text += ':';
		AppendValue(text, children[i]);
	}
	text += '}';
}

//! Keys of a JSON object are strings, so keys of other types are written as their text.
void AppendMap(std::string &text, const Value &value) {
	const auto &entries = duckdb::MapValue::GetChildren(value);
	text += '{';
	for (size_t i = 0; i < entries.size(); i++) {
		const auto &entry = duckdb::StructValue::GetChildren(entries[i]);
		text += i == 0 ? "" : ",";
		AppendString(text, entry[0].ToString());
		text += ':';
		AppendValue(text, entry[1]);
	}
	text += '}';
}

void AppendValue(std::string &text, const Value &value) {
	if (value.IsNull()) {
		text += "null";
		return;
	}
	switch (value.type().id()) {
	case LogicalTypeId::BOOLEAN:
	case LogicalTypeId::TINYINT:
	case LogicalTypeId::SMALLINT:
	case LogicalTypeId::INTEGER:
	case LogicalTypeId::BIGINT:
	case LogicalTypeId::HUGEINT:
	case LogicalTypeId::UTINYINT:
	case LogicalTypeId::USMALLINT:
	case LogicalTypeId::UINTEGER:
	case LogicalTypeId::UBIGINT:
	case LogicalTypeId::UHUGEINT:
	case LogicalTypeId::BIGNUM:
	case LogicalTypeId::DECIMAL:
		text += value.ToString();
		break;
	case LogicalTypeId::FLOAT:
	case LogicalTypeId::DOUBLE:
		AppendFloat(text, value);
		break;
	case LogicalTypeId::STRUCT:
		AppendStruct(text, value);
		break;
	case LogicalTypeId::LIST:
		AppendElements(text, duckdb::ListValue::GetChildren(value));
		break;
	case LogicalTypeId::ARRAY:
		AppendElements(text, duckdb::ArrayValue::GetChildren(value));
		break;
	case LogicalTypeId::MAP:
		AppendMap(text, value);
		break;
	case LogicalTypeId::UNION:
		AppendValue(text, duckdb::UnionValue::GetValue(value));
		break;
	default:
		if (value.type().IsJSONType()) {
			text += duckdb::StringValue::Get(value);
		} else {
			AppendString(text, value.ToString());
		}
	}
}

} // namespace

void JsonResultWriter::WriteResult(duckdb::ClientContext &, duckdb::QueryResult &result, std::FILE *output) {
	auto names = result.names;
	duckdb::QueryResult::DeduplicateColumns(names);
	bool is_first_row = true;
	std::string text;
	std::fputc('[', output);
	ForEachChunk(result, output, [&](duckdb::DataChunk &chunk) {
		text.clear();
		for (duckdb::idx_t row = 0; row < chunk.size(); row++) {
			text += is_first_row ? "{" : ",\n{";
			is_first_row = false;
			for (duckdb::idx_t column = 0; column < chunk.ColumnCount(); column++) {
				text += column == 0 ? "" : ",";
				AppendString(text, names[column]);
				text += ':';
				AppendValue(text, chunk.GetValue(column, row));
			}
			text += '}';
		}
		WriteText(text, output);
	});
	std::fputs("]\n", output);
}

void JsonResultWriter::WriteChangedRows(const std::string &count, const std::string &, std::FILE *output) {
	std::fprintf(output, "[{\"Count\":%s}]\n", count.c_str());
}

} // namespace merganser::cli
