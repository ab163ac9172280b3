#include "engine/write/partition_split.hpp"

#include "base/uri.hpp"
#include "engine/port/error_border.hpp"
#include "engine/port/type_map.hpp"
#include "protocol/partition_value.hpp"

#include <algorithm>
#include <utility>

namespace merganser {

std::vector<StructField> PartitionFields(const TableConfiguration &configuration) {
	std::vector<StructField> fields;
	for (const auto column : configuration.PartitionColumns()) {
		fields.push_back(configuration.GetSchema().fields[column]);
	}
	return fields;
}

std::string PartitionFolderOf(const std::vector<StructField> &fields, const PartitionValues &values) {
	std::string folder;
	for (const auto &field : fields) {
		const auto name = field.PhysicalName();
		const auto value = values.find(name);
		const bool is_null = value == values.end() || !value->second || value->second->empty();
		folder = JoinPath(folder, PartitionFolder(name, is_null ? std::nullopt : value->second));
	}
	return folder;
}

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
		entry->values[fields[i].PhysicalName()] = std::move(text);
	}
	entry->folder = PartitionFolderOf(fields, entry->values);
	numbers.emplace(key, entry->number);
	entries.push_back(std::move(entry));
	return *entries.back();
}

const PartitionRegistry::Entry &PartitionRegistry::Get(size_t number) {
	std::lock_guard<std::mutex> guard(lock);
	return *entries[number];
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

//! Rows of a partition from which on they wait by themselves, in few bytes that are freed as soon as they are written.
constexpr idx_t LARGE_PART_ROWS = 8192;
//! From which on they wait in few bytes at all: fewer are not worth what is noted of each column.
constexpr idx_t COMPACT_PART_ROWS = 32;

} // namespace

PartitionSplit::PartitionSplit(duckdb::ClientContext &context_p, const duckdb::vector<duckdb::LogicalType> &types_p,
                               PartitionRegistry &registry_p)
    : context(context_p), types(types_p), registry(registry_p) {
}

void PartitionSplit::Reset() {
	buffer.Destroy();
	capacity = std::max<idx_t>(partitions.size(), STANDARD_VECTOR_SIZE);
	partitions.clear();
	byte_count = 0;
}

void PartitionSplit::AppendRows(duckdb::DataChunk &keys, duckdb::DataChunk &rows) {
	if (buffer.ColumnCount() == 0) {
		buffer.Initialize(duckdb::BufferAllocator::Get(context), types, capacity);
	}
	NumberRows(keys);
	buffer.Append(rows, true);
	byte_count += RowBytes(rows);
}

size_t PartitionSplit::Number(duckdb::DataChunk &keys, idx_t row, const std::string &key) {
	const auto found = numbers.find(key);
	if (found != numbers.end()) {
		return found->second;
	}
	std::vector<duckdb::Value> values;
	for (auto &column : keys.data) {
		values.push_back(column.GetValue(row));
	}
	const auto number = registry.Register(key, values).number;
	numbers.emplace(key, number);
	return number;
}

void PartitionSplit::NumberRows(duckdb::DataChunk &keys) {
	const auto column_count = keys.ColumnCount();
	std::vector<duckdb::UnifiedVectorFormat> formats(column_count);
	for (idx_t i = 0; i < column_count; i++) {
		keys.data[i].ToUnifiedFormat(keys.size(), formats[i]);
	}
	std::string key, last_key;
	size_t last_number = 0;
	for (idx_t row = 0; row < keys.size(); row++) {
		key.clear();
		for (idx_t i = 0; i < column_count; i++) {
			AppendKey(key, formats[i], row, keys.data[i].GetType().InternalType());
		}
		// Rows of one partition often come together.
		if (row == 0 || key != last_key) {
			last_number = Number(keys, row, key);
			last_key = key;
		}
		partitions.push_back(uint32_t(last_number));
	}
}

duckdb::SelectionVector PartitionSplit::Sort(std::vector<idx_t> &ends) const {
	ends.assign(*std::max_element(partitions.begin(), partitions.end()) + 1, 0);
	for (const auto partition : partitions) {
		ends[partition]++;
	}
	idx_t start = 0;
	for (auto &end : ends) {
		start += std::exchange(end, start);
	}
	duckdb::SelectionVector sorted(partitions.size());
	for (idx_t row = 0; row < partitions.size(); row++) {
		sorted.set_index(ends[partitions[row]]++, row);
	}
	return sorted;
}

template <class APPEND>
void PartitionSplit::Copy(duckdb::SelectionVector &sorted, RowRange range, const APPEND &append) {
	duckdb::DataChunk rows;
	rows.InitializeEmpty(types);
	for (idx_t row = range.start; row < range.end;) {
		const auto count = std::min<idx_t>(range.end - row, STANDARD_VECTOR_SIZE);
		rows.Slice(buffer, duckdb::SelectionVector(sorted.data() + row), count);
		append(rows);
		row += count;
	}
}

void PartitionSplit::Copy(duckdb::SelectionVector &sorted, RowRange range, CompactRows &target) {
	Copy(sorted, range, [&](duckdb::DataChunk &rows) { target.Append(rows); });
}

std::vector<PartitionSplit::Part> PartitionSplit::Take() {
	std::vector<Part> parts;
	if (partitions.empty()) {
		return parts;
	}
	std::vector<idx_t> ends;
	auto sorted = Sort(ends);
	const double row_bytes = double(byte_count) / double(partitions.size());
	const auto shared = std::make_shared<duckdb::ColumnDataCollection>(context, types);
	duckdb::ColumnDataAppendState shared_append;
	shared->InitializeAppend(shared_append);
	const auto append = [&](duckdb::DataChunk &rows) {
		shared->Append(shared_append, rows);
	};
	idx_t shared_count = 0;
	const auto compact = std::make_shared<CompactRows>(context, types);
	RowRange small;
	for (size_t partition = 0; partition < ends.size(); partition++) {
		const RowRange range {small.end, ends[partition]};
		const auto count = range.end - range.start;
		if (count == 0) {
			continue;
		}
		small.end = range.end;
		const auto bytes = uint64_t(row_bytes * double(count));
		if (count < COMPACT_PART_ROWS) {
			parts.push_back({partition, {shared, shared_count, count, bytes}});
			shared_count += count;
			continue;
		}
		Copy(sorted, {small.start, range.start}, append);
		small.start = range.end;
		if (count < LARGE_PART_ROWS) {
			parts.push_back({partition, {nullptr, compact->Count(), count, bytes, compact}});
			Copy(sorted, range, *compact);
			compact->EndChunk();
		} else {
			auto large = std::make_shared<CompactRows>(context, types);
			Copy(sorted, range, *large);
			large->Finish();
			parts.push_back({partition, RowSlice::OfAll(std::move(large), bytes)});
		}
	}
	Copy(sorted, small, append);
	compact->Finish();
	Reset();
	return parts;
}

} // namespace merganser
