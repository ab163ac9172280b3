#include "protocol/identity_columns.hpp"

#include "base/error.hpp"
#include "protocol/number_text.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace merganser {

namespace {

constexpr const char *PREFIX = "delta.identity.";
constexpr const char *START_KEY = "delta.identity.start";
constexpr const char *STEP_KEY = "delta.identity.step";
constexpr const char *MARK_KEY = "delta.identity.highWaterMark";
constexpr const char *ALLOW_KEY = "delta.identity.allowExplicitInsert";

Error Corrupt(const StructField &field, const char *key) {
	return Error(ErrorKind::CORRUPT,
	             "the identity column " + field.name + " has no " + key + " that can be read in its metadata");
}

int64_t NumberOf(const StructField &field, const char *key) {
	const auto entry = field.metadata.find(key);
	const auto number = entry == field.metadata.end() ? std::nullopt : TryParseInteger(entry->second);
	if (!number) {
		throw Corrupt(field, key);
	}
	return *number;
}

void CheckIdentity(const StructField &field, int64_t step) {
	if (field.type->kind != TypeKind::LONG) {
		throw Error(ErrorKind::INVALID_INPUT, "the identity column " + field.name + " is of type " +
		                                          field.type->ToString() + ": identity columns are BIGINT");
	}
	if (step == 0) {
		throw Error(ErrorKind::INVALID_INPUT,
		            "the identity column " + field.name + " has the step 0: every row would get the same number");
	}
}

IdentityColumn IdentityAt(const StructField &field, size_t index) {
	IdentityColumn column;
	column.field = index;
	column.start = NumberOf(field, START_KEY);
	column.step = NumberOf(field, STEP_KEY);
	if (field.metadata.count(MARK_KEY) > 0) {
		column.high_water_mark = NumberOf(field, MARK_KEY);
	}
	const auto allow = field.metadata.find(ALLOW_KEY);
	const auto allows = allow == field.metadata.end() ? std::nullopt : TryParseBoolean(allow->second);
	if (!allows) {
		throw Corrupt(field, ALLOW_KEY);
	}
	column.allows_given_values = *allows;
	CheckIdentity(field, column.step);
	return column;
}

bool IsBeforeStart(const IdentityColumn &column, int64_t mark) {
	return column.step > 0 ? mark < column.start : mark > column.start;
}

bool FitsLong(Int128 number) {
	return number >= std::numeric_limits<int64_t>::min() && number <= std::numeric_limits<int64_t>::max();
}

Int128 NextNumber(const IdentityColumn &column) {
	if (!column.high_water_mark || IsBeforeStart(column, *column.high_water_mark)) {
		return column.start;
	}
	// A mark of another writer may lie between two numbers.
	const auto steps = (Int128(*column.high_water_mark) - column.start) / column.step + 1;
	return column.start + steps * column.step;
}

//! `mark`, or the number behind it where it is between two of the column's: Spark goes on from such ones only. nullopt
//! where the column has not begun by then.
std::optional<int64_t> MarkFor(const IdentityColumn &column, int64_t mark) {
	if (IsBeforeStart(column, mark)) {
		return std::nullopt;
	}
	const auto distance = Int128(mark) - column.start;
	const auto steps = distance / column.step + (distance % column.step != 0);
	const auto number = column.start + steps * column.step;
	return FitsLong(number) ? int64_t(number) : mark;
}

} // namespace

bool IsIdentity(const StructField &field) {
	const auto entry = field.metadata.lower_bound(PREFIX);
	return entry != field.metadata.end() && entry->first.starts_with(PREFIX);
}

std::vector<IdentityColumn> IdentityColumnsOf(const TableConfiguration &table) {
	std::vector<IdentityColumn> columns;
	if (!table.HasFeature("identityColumns")) {
		return columns;
	}
	const auto &fields = table.GetSchema().fields;
	for (size_t i = 0; i < fields.size(); i++) {
		if (IsIdentity(fields[i])) {
			columns.push_back(IdentityAt(fields[i], i));
		}
	}
	return columns;
}

void SetIdentity(StructField &field, const IdentityColumn &column) {
	CheckIdentity(field, column.step);
	field.metadata[ALLOW_KEY] = column.allows_given_values ? "true" : "false";
	field.metadata[START_KEY] = std::to_string(column.start);
	field.metadata[STEP_KEY] = std::to_string(column.step);
}

void CheckNoIdentity(const Schema &schema, const std::vector<std::string> &partition_columns) {
	for (const auto &name : partition_columns) {
		const auto *field = schema.Find(name);
		if (field && IsIdentity(*field)) {
			throw Error(ErrorKind::INVALID_INPUT, "PARTITIONED BY \"" + name +
			                                          "\": an identity column cannot partition a table, as every "
			                                          "row has a value of its own");
		}
	}
}

IdentityNumbers::IdentityNumbers(const IdentityColumn &column) : step(column.step), next(NextNumber(column)) {
}

std::optional<int64_t> IdentityNumbers::TryTake(uint64_t count) {
	const auto end = next + Int128(count - 1) * step;
	if (!FitsLong(next) || !FitsLong(end)) {
		return std::nullopt;
	}
	const auto first = int64_t(next);
	last = int64_t(end);
	next = end + step;
	return first;
}

Metadata WithHighWaterMarks(Metadata metadata, const std::map<size_t, int64_t> &marks) {
	auto schema = ParseSchema(metadata.schema_string);
	for (const auto &[field, mark] : marks) {
		schema.fields.at(field).metadata[MARK_KEY] = std::to_string(mark);
	}
	metadata.schema_string = WriteSchema(schema);
	return metadata;
}

Schema WithoutHighWaterMarks(Schema schema) {
	for (auto &field : schema.fields) {
		field.metadata.erase(MARK_KEY);
	}
	return schema;
}

bool MovesHighWaterMarksOnly(const Metadata &before, const Metadata &after) {
	const bool is_same_besides =
	    before.id == after.id && before.name == after.name && before.description == after.description &&
	    before.created_time == after.created_time && before.format.provider == after.format.provider &&
	    before.format.options == after.format.options && before.partition_columns == after.partition_columns &&
	    before.configuration == after.configuration;
	return is_same_besides && before.schema_string != after.schema_string &&
	       WithoutHighWaterMarks(ParseSchema(before.schema_string)) ==
	           WithoutHighWaterMarks(ParseSchema(after.schema_string));
}

std::string KeepHighWaterMarks(const std::string &current, const std::string &restored) {
	auto schema = ParseSchema(restored);
	const auto now = ParseSchema(current).fields;
	bool is_changed = false;
	for (auto &field : schema.fields) {
		const auto same = std::find_if(now.begin(), now.end(), [&](const StructField &other) {
			return other.PhysicalName() == field.PhysicalName() && IsIdentity(other);
		});
		if (!IsIdentity(field) || same == now.end()) {
			continue;
		}
		const auto column = IdentityAt(field, 0);
		const auto mark = IdentityAt(*same, 0).high_water_mark;
		const auto kept = mark ? MarkFor(column, *mark) : std::nullopt;
		const auto is_further = [&](int64_t other) {
			return column.step > 0 ? *kept > other : *kept < other;
		};
		if (kept && (!column.high_water_mark || is_further(*column.high_water_mark))) {
			field.metadata[MARK_KEY] = std::to_string(*kept);
			is_changed = true;
		}
	}
	return is_changed ? WriteSchema(schema) : restored;
}

} // namespace merganser
