#include "engine/port/parsed_statistics.hpp"

#include "base/json_writer.hpp"
#include "duckdb/common/types/timestamp.hpp"

#include <cmath>

namespace merganser {

namespace {

using duckdb::LogicalTypeId;
using duckdb::Value;

bool WriteStruct(JsonWriter &json, const Value &value);

//! `2024-01-31T12:34:56.789123` from DuckDB's text of a timestamp.
std::string IsoText(const Value &value) {
	auto text = duckdb::Timestamp::ToString(duckdb::timestamp_t(value.GetValueUnsafe<int64_t>()));
	const auto space = text.find(' ');
	if (space != std::string::npos) {
		text[space] = 'T';
	}
	return text;
}

//! False where JSON cannot hold the value: it stays unknown.
bool IsWritable(const Value &value) {
	if (value.IsNull()) {
		return false;
	}
	switch (value.type().id()) {
	case LogicalTypeId::FLOAT:
	case LogicalTypeId::DOUBLE:
		return std::isfinite(value.GetValue<double>());
	case LogicalTypeId::LIST:
	case LogicalTypeId::MAP:
	case LogicalTypeId::BLOB:
		return false;
	default:
		return true;
	}
}

void WriteValue(JsonWriter &json, const Value &value) {
	switch (value.type().id()) {
	case LogicalTypeId::STRUCT:
		WriteStruct(json, value);
		return;
	case LogicalTypeId::BOOLEAN:
		json.Bool(value.GetValue<bool>());
		return;
	case LogicalTypeId::TINYINT:
	case LogicalTypeId::SMALLINT:
	case LogicalTypeId::INTEGER:
	case LogicalTypeId::BIGINT:
		json.Int(value.GetValue<int64_t>());
		return;
	case LogicalTypeId::FLOAT:
	case LogicalTypeId::DOUBLE:
		json.Double(value.GetValue<double>());
		return;
	case LogicalTypeId::DECIMAL:
		json.Raw(value.ToString());
		return;
	case LogicalTypeId::TIMESTAMP:
		json.String(IsoText(value));
		return;
	case LogicalTypeId::TIMESTAMP_TZ:
		json.String(IsoText(value) + "Z");
		return;
	default:
		json.String(value.ToString());
		return;
	}
}

bool WriteStruct(JsonWriter &json, const Value &value) {
	const auto &types = duckdb::StructType::GetChildTypes(value.type());
	const auto &children = duckdb::StructValue::GetChildren(value);
	json.StartObject();
	for (idx_t i = 0; i < children.size(); i++) {
		if (IsWritable(children[i])) {
			json.Key(types[i].first);
			WriteValue(json, children[i]);
		}
	}
	json.EndObject();
	return true;
}

} // namespace

void AddParsedStatistics(duckdb::Vector &stats_parsed, CheckpointRows &rows, std::vector<std::string> &texts) {
	// The views below point into the texts: they may not move.
	texts.reserve(rows.count);
	JsonWriter json;
	for (uint32_t row = 0; row < rows.count; row++) {
		if (!rows.is_add[row] || rows.stats[row].data()) {
			continue;
		}
		const auto value = stats_parsed.GetValue(row);
		if (value.IsNull() || value.type().id() != LogicalTypeId::STRUCT) {
			continue;
		}
		WriteStruct(json, value);
		texts.push_back(json.Take());
		rows.stats[row] = texts.back();
	}
}

} // namespace merganser
