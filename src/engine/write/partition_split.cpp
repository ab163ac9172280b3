#include "engine/write/partition_split.hpp"

#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "protocol/partition_value.hpp"

namespace merganser {

PartitionRegistry::PartitionRegistry(std::vector<StructField> fields_p) : fields(std::move(fields_p)) {
}

const PartitionRegistry::Entry &PartitionRegistry::Register(const std::string &key,
                                                            const std::vector<duckdb::Value> &values) {
	std::lock_guard<std::mutex> guard(lock);
	const auto found = numbers.find(key);
	if (found != numbers.end()) {
		return *entries[found->second];
	}
	auto entry = std::make_unique<Entry>();
	entry->number = entries.size();
	for (size_t i = 0; i < fields.size(); i++) {
		const auto &type = *fields[i].type;
		auto text = AtBorder([&] { return WritePartitionValue(ToScalar(values[i], type), type); });
		if (text && text->empty()) {
			// PROTOCOL.md: an empty string is NULL.
			text.reset();
		}
		const auto name = fields[i].PhysicalName();
		entry->folder += (i == 0 ? "" : "/") + PartitionFolder(name, text);
		entry->values[name] = std::move(text);
	}
	numbers.emplace(key, entry->number);
	entries.push_back(std::move(entry));
	return *entries.back();
}

const PartitionRegistry::Entry &PartitionRegistry::Get(size_t number) {
	std::lock_guard<std::mutex> guard(lock);
	return *entries[number];
}

PartitionSplit::PartitionSplit(duckdb::ClientContext &context_p, const duckdb::vector<duckdb::LogicalType> &types_p,
                               PartitionRegistry &registry_p, bool keep_order_p)
    : PartitionedColumnData(duckdb::PartitionedColumnDataType::HIVE, context_p, types_p), registry(registry_p),
      keep_order(keep_order_p) {
	// One allocator for all partitions of this split: small partitions share blocks.
	CreateAllocator();
	InitializeAppendState(append_state);
}

void PartitionSplit::AppendRows(duckdb::DataChunk &keys, duckdb::DataChunk &rows) {
	current_keys = &keys;
	Append(append_state, rows);
	row_count += rows.size();
}

idx_t PartitionSplit::LocalNumber(idx_t row, const std::string &key) {
	const auto found = local_numbers.find(key);
	if (found != local_numbers.end()) {
		return found->second;
	}
	std::vector<duckdb::Value> values;
	for (auto &column : current_keys->data) {
		values.push_back(column.GetValue(row));
	}
	const auto number = global_numbers.size();
	global_numbers.push_back(registry.Register(key, values).number);
	local_numbers.emplace(key, number);
	append_state.partition_append_states.push_back(duckdb::make_uniq<duckdb::ColumnDataAppendState>());
	append_state.partition_buffers.push_back(CreatePartitionBuffer());
	partitions.push_back(CreatePartitionCollection(0));
	partitions.back()->InitializeAppend(*append_state.partition_append_states.back());
	return number;
}

namespace {

//! The bytes of one value; NULL and the empty string are the same partition.
void AppendKey(std::string &key, const duckdb::UnifiedVectorFormat &format, idx_t row, duckdb::PhysicalType type) {
	const auto index = format.sel->get_index(row);
	if (!format.validity.RowIsValid(index)) {
		key.push_back(0);
		return;
	}
	if (type == duckdb::PhysicalType::VARCHAR) {
		const auto &text = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format)[index];
		const uint32_t size = text.GetSize();
		if (size == 0) {
			key.push_back(0);
			return;
		}
		key.push_back(1);
		key.append(reinterpret_cast<const char *>(&size), sizeof(size));
		key.append(text.GetData(), size);
		return;
	}
	const auto size = duckdb::GetTypeIdSize(type);
	key.push_back(1);
	key.append(reinterpret_cast<const char *>(format.data) + index * size, size);
}

} // namespace

void PartitionSplit::ComputePartitionIndices(duckdb::PartitionedColumnDataAppendState &state, duckdb::DataChunk &rows) {
	const auto count = rows.size();
	const auto column_count = current_keys->ColumnCount();
	std::vector<duckdb::UnifiedVectorFormat> formats(column_count);
	for (idx_t i = 0; i < column_count; i++) {
		current_keys->data[i].ToUnifiedFormat(count, formats[i]);
	}
	state.partition_indices.SetVectorType(duckdb::VectorType::FLAT_VECTOR);
	auto *indices = duckdb::FlatVector::GetData<idx_t>(state.partition_indices);
	std::string key, last_key;
	idx_t last_number = 0;
	for (idx_t row = 0; row < count; row++) {
		key.clear();
		for (idx_t i = 0; i < column_count; i++) {
			AppendKey(key, formats[i], row, current_keys->data[i].GetType().InternalType());
		}
		// Rows of one partition often come together.
		if (row == 0 || key != last_key) {
			last_number = LocalNumber(row, key);
			last_key = key;
		}
		indices[row] = last_number;
	}
}

} // namespace merganser
