#include "row_transaction.hpp"

#include "base/error.hpp"
#include "base/uri.hpp"
#include "scan/file_pruning.hpp"
#include "txn/overwrite.hpp"

#include <algorithm>
#include <map>

namespace merganser {

namespace {

//! Times that a call to the store is made before the statement fails.
constexpr int STORE_TRIES_MAX = 12;

//! Calls until the store answers; throws its last IO error.
template <class CALL>
auto WithRetries(CALL call) {
	for (int attempt = 1;; attempt++) {
		try {
			return call();
		} catch (const Error &error) {
			if (error.kind != ErrorKind::IO || attempt == STORE_TRIES_MAX) {
				throw;
			}
		}
	}
}

//! The files that may hold rows of the filter: their statistics may have to be read.
std::vector<FileRef> FilesOf(const Snapshot &snapshot, const Predicate &filter) {
	return WithRetries([&] { return PruneFiles(snapshot.files, *snapshot.configuration, filter).files; });
}

} // namespace

RowTransaction::RowTransaction(SnapshotPtr base_p, TransactionSettings settings_p)
    : base(std::move(base_p)), settings(std::move(settings_p)) {
}

bool RowTransaction::IsPartitioned() const {
	return !base->configuration->PartitionColumns().empty();
}

std::string RowTransaction::Get(const std::string &log_path) const {
	auto path = base->location.ResolveFile(log_path);
	return WithRetries([&] { return GetObject(*base->location.store, path); });
}

Rows RowTransaction::AllRowsOf(const AddFile &file) const {
	return DecodeRows(Get(file.path));
}

void RowTransaction::ReadFile(FileRef file, const Statement &statement, std::vector<ReadRow> &rows) const {
	auto add = Seen().files.BatchOf(file).ToAddFile(file.row);
	auto all = AllRowsOf(add);
	auto vector = LoadVector(add.deletion_vector, [&](const std::string &path) { return Get(path); });
	for (uint64_t position = 0; position < all.size(); position++) {
		if (!vector.Contains(position) && statement.Reads(all[position].key)) {
			rows.push_back({all[position], file, position});
		}
	}
}

void RowTransaction::RememberRead(const Statement &statement) {
	if (settings.withholds_reads) {
		return;
	}
	if (statement.ReadsAll()) {
		read_set.whole_table = true;
		return;
	}
	auto filter = statement.Filter(IsPartitioned());
	if (!filter) {
		return;
	}
	for (auto file : FilesOf(*base, *filter)) {
		read_set.files.emplace_back(base->files.BatchOf(file).Path(file.row));
	}
	read_set.predicates.push_back(std::move(filter));
}

std::vector<RowTransaction::ReadRow> RowTransaction::Read(const Statement &statement) {
	RememberRead(statement);
	auto &snapshot = Seen();
	std::vector<ReadRow> rows;
	if (statement.ReadsAll()) {
		snapshot.files.ForEachLive([&](FileRef file) { ReadFile(file, statement, rows); });
	} else if (auto filter = statement.Filter(IsPartitioned())) {
		for (auto file : FilesOf(snapshot, *filter)) {
			ReadFile(file, statement, rows);
		}
	}
	std::stable_sort(rows.begin(), rows.end(),
	                 [](const ReadRow &left, const ReadRow &right) { return left.row < right.row; });
	return rows;
}

void RowTransaction::Write(const std::string &log_path, const std::string &bytes) {
	auto path = base->location.ResolveFile(log_path);
	// Known before it can exist, so that it can be deleted whatever happens.
	written.insert(path);
	for (int attempt = 1; attempt <= STORE_TRIES_MAX; attempt++) {
		// The name is ours alone: what exists is an earlier try whose answer was lost.
		if (base->location.store->PutIfAbsent(path, bytes) != PutOutcome::UNKNOWN) {
			return;
		}
	}
	throw Error(ErrorKind::IO, "the store did not confirm that it wrote " + path);
}

DeletionVectorDescriptor RowTransaction::WriteVector(const DeletionVector &vector) {
	DeletionVectorFileContent content(settings.random.Uuid());
	auto descriptor = settings.random.Below(2) == 0 ? content.AddOrInline(vector) : content.Add(vector);
	if (!content.IsEmpty()) {
		Write(content.File(), content.Bytes());
	}
	return descriptor;
}

void RowTransaction::WriteRows(const Rows &rows, bool data_change, TableChange &change) {
	std::map<int64_t, Rows> files;
	for (auto &row : rows) {
		files[IsPartitioned() ? BucketOf(row.key) : 0].push_back(row);
	}
	for (auto &[bucket, content] : files) {
		AddFile add;
		add.path = settings.new_name();
		if (IsPartitioned()) {
			add.partition_values["bucket"] = std::to_string(bucket);
		}
		auto bytes = EncodeRows(content);
		add.size = int64_t(bytes.size());
		add.modification_time = settings.clock.NowMs();
		add.data_change = data_change;
		add.stats = StatisticsOf(content, true);
		Write(add.path, bytes);
		change.added_files.push_back(std::move(add));
	}
}

void RowTransaction::TakeOut(const FileEdit &edit, TableChange &change, Rows &rest) {
	auto add = Seen().files.BatchOf(edit.file).ToAddFile(edit.file.row);
	change.removed_files.push_back(RemovalOf(add, settings.clock.NowMs()));
	auto all = AllRowsOf(add);
	auto gone = LoadVector(add.deletion_vector, [&](const std::string &path) { return Get(path); });
	gone.UnionWith(edit.gone);
	if (gone.Cardinality() == all.size()) {
		return;
	}
	if (DeletionVectorsEnabled(*base->configuration) && settings.random.Below(4) != 0) {
		add.deletion_vector = WriteVector(gone);
		add.stats = StatisticsOf(all, false);
		add.data_change = true;
		change.added_files.push_back(std::move(add));
		return;
	}
	for (uint64_t position = 0; position < all.size(); position++) {
		if (!gone.Contains(position)) {
			rest.push_back(all[position]);
		}
	}
}

TableChange RowTransaction::ChangeOf(const std::vector<ReadRow> &read, const Effect &effect) {
	TableChange change;
	Rows added = effect.inserted;
	std::map<std::pair<uint32_t, uint32_t>, FileEdit> edits;
	for (size_t i = 0; i < read.size(); i++) {
		auto &outcome = effect.outcome[i];
		if (outcome == read[i].row) {
			continue;
		}
		auto &edit = edits[{read[i].file.batch, read[i].file.row}];
		edit.file = read[i].file;
		edit.gone.Add(read[i].position);
		if (outcome) {
			added.push_back(*outcome);
		}
	}
	for (auto &[key, edit] : edits) {
		TakeOut(edit, change, added);
	}
	WriteRows(added, true, change);
	return change;
}

void RowTransaction::Stage(TableChange change) {
	if (change.IsEmpty()) {
		return;
	}
	total.Merge(std::move(change));
	LogFile uncommitted;
	uncommitted.version = base->version + 1;
	uncommitted.path = base->location.CommitPath(uncommitted.version);
	view = AdvanceSnapshot(base, ActionsOf(total), uncommitted);
}

std::string RowTransaction::Run(const Statement &statement) {
	auto read = Read(statement);
	Rows rows;
	for (auto &entry : read) {
		rows.push_back(entry.row);
	}
	auto effect = Execute(statement, rows);
	auto change = ChangeOf(read, effect);
	change.operation = NameOf(statement.kind);
	Stage(std::move(change));
	return effect.result;
}

bool RowTransaction::Compact() {
	std::map<std::string, std::vector<FileRef>> partitions;
	base->files.ForEachLive([&](FileRef file) {
		auto add = base->files.BatchOf(file).ToAddFile(file.row);
		partitions[IsPartitioned() ? add.partition_values.at("bucket").value_or("") : ""].push_back(file);
	});
	std::erase_if(partitions, [](const auto &entry) { return entry.second.size() < 2; });
	if (partitions.empty()) {
		return false;
	}
	auto &files = std::next(partitions.begin(), int64_t(settings.random.Below(partitions.size())))->second;
	Statement everything {StatementKind::OVERWRITE, 0, 0, 0, {}};
	std::vector<ReadRow> read;
	TableChange change;
	for (size_t i = 0; i < 2; i++) {
		auto add = base->files.BatchOf(files[i]).ToAddFile(files[i].row);
		ReadFile(files[i], everything, read);
		read_set.files.push_back(add.path);
		change.removed_files.push_back(RemovalOf(std::move(add), settings.clock.NowMs()));
		change.removed_files.back().data_change = false;
	}
	Rows rows;
	for (auto &entry : read) {
		rows.push_back(entry.row);
	}
	change.operation = "OPTIMIZE";
	WriteRows(rows, false, change);
	Stage(std::move(change));
	return true;
}

CommitRequest RowTransaction::Request() const {
	CommitRequest request;
	request.location = base->location;
	request.base = base;
	request.change = total;
	request.change.operation_parameters["transaction"] = settings.id;
	if (request.change.refill_parameters) {
		(*request.change.refill_parameters)["transaction"] = settings.id;
	}
	request.read_set = read_set;
	request.engine_info = "sim";
	return request;
}

void RowTransaction::DeleteWritten() {
	for (auto &path : written) {
		try {
			base->location.store->Delete(path);
		} catch (const Error &) {
			// It stays behind; no version refers to it.
			continue;
		}
	}
	written.clear();
}

void RowTransaction::DeleteSuperseded() {
	for (auto &add : total.added_files) {
		written.erase(base->location.ResolveFile(add.path));
		if (add.deletion_vector && add.deletion_vector->storage_type != 'i') {
			written.erase(base->location.ResolveFile(DeletionVectorFile(*add.deletion_vector)));
		}
	}
	DeleteWritten();
}

} // namespace merganser
