#include "scan/change_columns.hpp"

#include "protocol/schema_names.hpp"
#include "protocol/type_widening.hpp"

#include <algorithm>

namespace merganser {

namespace {

std::optional<std::string> FindDifference(const std::vector<StructField> &older, const std::vector<StructField> &newer,
                                          const std::string &outer);

std::optional<std::string> FindDifference(const DataType &older, const DataType &newer, const std::string &column) {
	if (older.kind == TypeKind::VOID) {
		return std::nullopt;
	}
	if (older.kind != newer.kind || !older.IsNested()) {
		const bool is_same =
		    older.kind == newer.kind && older.precision == newer.precision && older.scale == newer.scale;
		const bool is_wider = !older.IsNested() && !newer.IsNested() && IsWidening(older, newer);
		return is_same || is_wider ? std::nullopt
		                           : std::optional("column \"" + column + "\" was changed from " + older.ToString() +
		                                           " to " + newer.ToString());
	}
	if (older.kind == TypeKind::STRUCT) {
		return FindDifference(older.fields, newer.fields, column + ".");
	}
	if (older.key) {
		if (auto difference = FindDifference(*older.key, *newer.key, column + ".key")) {
			return difference;
		}
	}
	return FindDifference(*older.element, *newer.element, column + (older.key ? ".value" : ".element"));
}

std::optional<std::string> FindDifference(const std::vector<StructField> &older, const std::vector<StructField> &newer,
                                          const std::string &outer) {
	for (auto &field : older) {
		const auto same = std::find_if(newer.begin(), newer.end(), [&](const StructField &other) {
			return SameName(other.PhysicalName(), field.PhysicalName());
		});
		const auto name = outer + field.name;
		if (same == newer.end()) {
			return "column \"" + name + "\" is not there any more";
		}
		if (auto difference = FindDifference(*field.type, *same->type, name)) {
			return difference;
		}
	}
	return std::nullopt;
}

std::vector<std::string> PartitionNames(const TableConfiguration &configuration) {
	std::vector<std::string> names;
	for (auto column : configuration.PartitionColumns()) {
		names.push_back(LowerName(configuration.GetSchema().fields[column].PhysicalName()));
	}
	std::sort(names.begin(), names.end());
	return names;
}

} // namespace

std::optional<std::string> FindColumnThatDiffers(const TableConfiguration &older, const TableConfiguration &newer) {
	if (PartitionNames(older) != PartitionNames(newer)) {
		return "the table was partitioned by other columns";
	}
	return FindDifference(older.GetSchema().fields, newer.GetSchema().fields, "");
}

} // namespace merganser
