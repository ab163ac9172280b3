#include "engine/write/row_check.hpp"

#include "duckdb/common/exception.hpp"
#include "duckdb/common/exception/conversion_exception.hpp"
#include "duckdb/common/types/date.hpp"
#include "duckdb/common/types/timestamp.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace merganser {

namespace {

using Rule = RowCheck::Rule;
using duckdb::UnifiedVectorFormat;

//! Rows that count: those whose surroundings are not NULL. Empty: all.
using RowSet = std::vector<uint8_t>;

bool IsMoment(TypeKind kind) {
	return kind == TypeKind::DATE || kind == TypeKind::TIMESTAMP || kind == TypeKind::TIMESTAMP_NTZ;
}

//! Nothing when every value is allowed.
std::optional<Rule> MakeRule(std::string path, const DataType &type, bool nullable, size_t index) {
	Rule rule;
	rule.path = std::move(path);
	rule.kind = type.kind;
	rule.forbids_null = !nullable;
	rule.index = index;
	const auto add = [&](const std::string &name, const DataType &child, bool child_nullable, size_t child_index) {
		auto child_rule = MakeRule(rule.path + "." + name, child, child_nullable, child_index);
		if (child_rule) {
			rule.children.push_back(std::move(*child_rule));
		}
	};
	switch (type.kind) {
	case TypeKind::STRUCT:
		for (size_t i = 0; i < type.fields.size(); i++) {
			add(type.fields[i].name, *type.fields[i].type, type.fields[i].nullable, i);
		}
		break;
	case TypeKind::ARRAY:
		add("element", *type.element, type.element_nullable, 0);
		break;
	case TypeKind::MAP:
		// DuckDB's maps have no NULL as a key.
		add("key", *type.key, true, 0);
		add("value", *type.element, type.element_nullable, 1);
		break;
	default:
		break;
	}
	if (!rule.forbids_null && rule.children.empty() && !IsMoment(rule.kind)) {
		return std::nullopt;
	}
	return rule;
}

//! The walk over one chunk of one table.
class RowWalk {
public:
	explicit RowWalk(const std::string &table_p) : table(table_p) {
	}

	void Check(duckdb::Vector &vector, idx_t count, const Rule &rule, const RowSet &relevant) const {
		if (rule.forbids_null) {
			CheckPresent(vector, count, rule, relevant);
		}
		if (rule.forbids_empty) {
			CheckNotEmpty(vector, count, rule);
		}
		if (rule.kind == TypeKind::DATE) {
			CheckFinite<duckdb::date_t>(vector, count, rule, relevant);
		} else if (IsMoment(rule.kind)) {
			CheckFinite<duckdb::timestamp_t>(vector, count, rule, relevant);
		} else if (!rule.children.empty()) {
			CheckChildren(vector, count, rule, relevant);
		}
	}

private:
	void CheckPresent(duckdb::Vector &vector, idx_t count, const Rule &rule, const RowSet &relevant) const {
		UnifiedVectorFormat format;
		vector.ToUnifiedFormat(count, format);
		if (format.validity.AllValid()) {
			return;
		}
		for (idx_t row = 0; row < count; row++) {
			if ((relevant.empty() || relevant[row]) && !format.validity.RowIsValid(format.sel->get_index(row))) {
				throw duckdb::ConstraintException("NOT NULL constraint failed: %s.%s. Nothing was written", table,
				                                  rule.path);
			}
		}
	}

	//! Requires: no NULL.
	void CheckNotEmpty(duckdb::Vector &vector, idx_t count, const Rule &rule) const {
		UnifiedVectorFormat format;
		vector.ToUnifiedFormat(count, format);
		const auto *texts = UnifiedVectorFormat::GetData<duckdb::string_t>(format);
		for (idx_t row = 0; row < count; row++) {
			if (texts[format.sel->get_index(row)].GetSize() == 0) {
				throw duckdb::ConstraintException("NOT NULL constraint failed: %s.%s. In a partition column of Delta "
				                                  "Lake an empty text is NULL. Nothing was written",
				                                  table, rule.path);
			}
		}
	}

	template <class T>
	void CheckFinite(duckdb::Vector &vector, idx_t count, const Rule &rule, const RowSet &relevant) const {
		UnifiedVectorFormat format;
		vector.ToUnifiedFormat(count, format);
		const auto *values = UnifiedVectorFormat::GetData<T>(format);
		// Without branches, and what stands in place of a NULL included: the compiler makes vector code of it.
		bool any_infinite = false;
		if (!format.sel->IsSet()) {
			for (idx_t i = 0; i < count; i++) {
				any_infinite |= (values[i] == T::infinity()) | (values[i] == T::ninfinity());
			}
		} else {
			for (idx_t i = 0; i < count; i++) {
				const auto value = values[format.sel->get_index(i)];
				any_infinite |= (value == T::infinity()) | (value == T::ninfinity());
			}
		}
		for (idx_t row = 0; any_infinite && row < count; row++) {
			const auto i = format.sel->get_index(row);
			const bool is_infinite = values[i] == T::infinity() || values[i] == T::ninfinity();
			if (is_infinite && (relevant.empty() || relevant[row]) && format.validity.RowIsValid(i)) {
				throw duckdb::ConversionException(
				    "column %s.%s: Delta Lake has no infinite dates and timestamps. Write NULL, or a date such as "
				    "9999-12-31. Nothing was written",
				    table, rule.path);
			}
		}
	}

	void CheckChildren(duckdb::Vector &vector, idx_t count, const Rule &rule, const RowSet &relevant) const {
		vector.Flatten(count);
		const auto rows = RowsWithValue(vector, count, relevant);
		if (rule.kind == TypeKind::STRUCT) {
			auto &fields = duckdb::StructVector::GetEntries(vector);
			for (const auto &child : rule.children) {
				Check(*fields[child.index], count, child, rows);
			}
			return;
		}
		const auto element_count = duckdb::ListVector::GetListSize(vector);
		const auto elements = ElementsOf(vector, count, rows);
		for (const auto &child : rule.children) {
			auto &entry = duckdb::ListVector::GetEntry(vector);
			auto &values = rule.kind == TypeKind::MAP ? *duckdb::StructVector::GetEntries(entry)[child.index] : entry;
			Check(values, element_count, child, elements);
		}
	}

	static RowSet RowsWithValue(duckdb::Vector &flat, idx_t count, const RowSet &relevant) {
		const auto &validity = duckdb::FlatVector::Validity(flat);
		if (validity.AllValid()) {
			return relevant;
		}
		RowSet rows(count, 1);
		for (idx_t row = 0; row < count; row++) {
			rows[row] = validity.RowIsValid(row) && (relevant.empty() || relevant[row]);
		}
		return rows;
	}

	//! The elements that a row refers to: a list vector may hold others.
	static RowSet ElementsOf(duckdb::Vector &list, idx_t count, const RowSet &rows) {
		RowSet elements(duckdb::ListVector::GetListSize(list), 0);
		const auto *entries = duckdb::FlatVector::GetData<duckdb::list_entry_t>(list);
		for (idx_t row = 0; row < count; row++) {
			if (!rows.empty() && !rows[row]) {
				continue;
			}
			std::fill_n(elements.begin() + int64_t(entries[row].offset), entries[row].length, uint8_t(1));
		}
		return elements;
	}

	const std::string &table;
};

} // namespace

RowCheck::RowCheck(std::string table_name_p, const TableConfiguration &configuration,
                   const std::vector<size_t> &checked_fields)
    : table_name(std::move(table_name_p)) {
	for (size_t i = 0; i < checked_fields.size(); i++) {
		const auto &field = configuration.GetSchema().fields[checked_fields[i]];
		auto rule = MakeRule(field.name, *field.type, field.nullable, i);
		if (!rule) {
			continue;
		}
		const bool is_text = rule->kind == TypeKind::STRING || rule->kind == TypeKind::BINARY;
		rule->forbids_empty = is_text && configuration.IsPartitionColumn(checked_fields[i]);
		rules.push_back(std::move(*rule));
	}
}

void RowCheck::Check(duckdb::DataChunk &rows) const {
	const RowWalk walk(table_name);
	for (const auto &rule : rules) {
		walk.Check(rows.data[rule.index], rows.size(), rule, RowSet());
	}
}

} // namespace merganser
