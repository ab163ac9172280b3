#include "scan/single_file_batch.hpp"

#include <algorithm>

namespace merganser {

namespace {

//! One bound of one row: the vector of the leaf's storage gets an entry, known or not. False when there is no usable
//! bound.
template <class T, class SCALAR>
bool PutBound(const std::optional<Scalar> &bound, ZeroedVector<T> &values) {
	values.resize(1);
	auto value = bound ? std::get_if<SCALAR>(&*bound) : nullptr;
	if (value) {
		values[0] = *value;
	}
	return value != nullptr;
}

template <class T, class SCALAR>
uint8_t PutBounds(const ColumnStatistics &column, ZeroedVector<T> &min, ZeroedVector<T> &max) {
	uint8_t known = PutBound<T, SCALAR>(column.min, min) ? LeafStatistics::HAS_MIN : 0;
	return known | (PutBound<T, SCALAR>(column.max, max) ? LeafStatistics::HAS_MAX : 0);
}

std::shared_ptr<LeafStatistics> MakeLeaf(const ColumnStatistics &column, const DataType &type) {
	auto leaf = std::make_shared<LeafStatistics>();
	leaf->storage = BoundStorageOf(type);
	uint8_t known = 0;
	switch (leaf->storage) {
	case BoundStorage::NONE:
		break;
	case BoundStorage::INT64:
		known = PutBounds<int64_t, int64_t>(column, leaf->min_int64, leaf->max_int64);
		break;
	case BoundStorage::INT128:
		known = PutBounds<Int128, Int128>(column, leaf->min_int128, leaf->max_int128);
		break;
	case BoundStorage::FLOAT64:
		known = PutBounds<double, double>(column, leaf->min_float64, leaf->max_float64);
		break;
	case BoundStorage::TEXT:
		known = PutBounds<std::string_view, std::string>(column, leaf->min_text, leaf->max_text);
		break;
	}
	leaf->null_count.resize(1);
	if (column.null_count && *column.null_count >= 0) {
		known |= LeafStatistics::HAS_NULL_COUNT;
		leaf->null_count[0] = uint32_t(std::min<int64_t>(*column.null_count, int64_t(UINT32_MAX) - 1));
	}
	leaf->known.push_back(known);
	return leaf;
}

} // namespace

SingleFileBatch::SingleFileBatch(const AddFile &file_p, const TableConfiguration &configuration_p)
    : file(file_p), configuration(configuration_p) {
	for (auto field : configuration.PartitionColumns()) {
		auto found = file.partition_values.find(configuration.GetSchema().fields[field].PhysicalName());
		auto &dictionary = dictionaries.emplace_back();
		if (found != file.partition_values.end()) {
			dictionary.push_back(found->second);
		}
	}
}

uint32_t SingleFileBatch::Count() const {
	return 1;
}

std::string_view SingleFileBatch::Path(uint32_t) const {
	return file.path;
}

uint64_t SingleFileBatch::SizeBytes(uint32_t) const {
	return uint64_t(file.size);
}

int64_t SingleFileBatch::ModificationTime(uint32_t) const {
	return file.modification_time;
}

const DeletionVectorDescriptor *SingleFileBatch::DeletionVector(uint32_t) const {
	return file.deletion_vector ? &*file.deletion_vector : nullptr;
}

int64_t SingleFileBatch::CommitVersion(uint32_t) const {
	return -1;
}

uint32_t SingleFileBatch::PartitionCode(size_t, uint32_t) const {
	return 0;
}

const std::vector<std::optional<std::string>> &SingleFileBatch::PartitionDictionary(size_t column) const {
	return dictionaries[column];
}

std::shared_ptr<const StatisticsTable> SingleFileBatch::Statistics(const std::vector<size_t> &leaves) const {
	auto table = std::make_shared<StatisticsTable>();
	std::vector<LeafColumn> wanted;
	for (auto leaf : leaves) {
		wanted.push_back(configuration.DataLeaves()[leaf]);
	}
	parsed = file.stats ? ParseStatistics(*file.stats, wanted) : FileStatistics();
	parsed.columns.resize(leaves.size());
	table->num_records.push_back(parsed.num_records.value_or(-1));
	table->tight_bounds.push_back(parsed.tight_bounds);
	table->leaves.resize(configuration.DataLeaves().size());
	for (size_t i = 0; i < leaves.size(); i++) {
		table->leaves[leaves[i]] = MakeLeaf(parsed.columns[i], *wanted[i].type);
	}
	return table;
}

AddFile SingleFileBatch::ToAddFile(uint32_t) const {
	return file;
}

uint64_t SingleFileBatch::MemoryBytes() const {
	return sizeof(*this);
}

} // namespace merganser
