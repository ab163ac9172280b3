#include "engine/parquet/schema_leaves.hpp"

namespace merganser {

using duckdb_parquet::FieldRepetitionType;

std::vector<SchemaLeaf> LeavesOfSchema(const duckdb_parquet::FileMetaData &footer) {
	struct Open {
		int64_t children;
		uint32_t definition;
		uint32_t repetition;
	};
	std::vector<Open> open {{footer.schema.at(0).num_children, 0, 0}};
	SchemaLeaf leaf;
	std::vector<SchemaLeaf> leaves;
	for (size_t i = 1; i < footer.schema.size(); i++) {
		const auto &element = footer.schema[i];
		while (open.back().children == 0) {
			open.pop_back();
			leaf.path.pop_back();
		}
		open.back().children--;
		leaf.path.push_back(element.name);
		const bool is_repeated = element.repetition_type == FieldRepetitionType::REPEATED;
		const auto definition = open.back().definition + (element.repetition_type != FieldRepetitionType::REQUIRED);
		const auto repetition = open.back().repetition + is_repeated;
		if (element.__isset.type) {
			leaf.element = element;
			leaf.definition_max = definition;
			leaf.repetition_max = repetition;
			leaves.push_back(leaf);
			leaf.path.pop_back();
		} else {
			open.push_back({element.num_children, definition, repetition});
		}
	}
	return leaves;
}

} // namespace merganser
