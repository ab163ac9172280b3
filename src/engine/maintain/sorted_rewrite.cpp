#include "engine/maintain/sorted_rewrite.hpp"

#include "duckdb/execution/execution_context.hpp"
#include "duckdb/parallel/interrupt.hpp"
#include "duckdb/parallel/thread_context.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/storage/temporary_memory_manager.hpp"
#include "engine/port/error_border.hpp"
#include "engine/write/partition_split.hpp"
#include "engine/write/shared_work.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace merganser {

namespace {

//! What a thread holds of the file that it reads: the columns of a row group, compressed, and pages of them.
constexpr uint64_t READ_BYTES_PER_FILE_BYTE = 2;
constexpr uint64_t READ_FILE_BYTES_MAX = 64ull << 20;
//! Of the rows that a thread writes: themselves, what they are encoded to, and others that wait for their row group.
constexpr uint64_t WRITE_BYTES_PER_ROW_BYTE = 3;

size_t PositionOf(const FileWriting &writing, size_t field) {
	const auto &fields = writing.columns.fields;
	return size_t(std::find(fields.begin(), fields.end(), field) - fields.begin());
}

duckdb::BoundOrderByNode OrderBy(const duckdb::LogicalType &type, size_t position, const SortKey &key) {
	return duckdb::BoundOrderByNode(key.descending ? duckdb::OrderType::DESCENDING : duckdb::OrderType::ASCENDING,
	                                key.nulls_first ? duckdb::OrderByNullType::NULLS_FIRST
	                                                : duckdb::OrderByNullType::NULLS_LAST,
	                                duckdb::make_uniq<duckdb::BoundReferenceExpression>(type, position));
}

//! One plain column needs no curve.
bool HasCurve(const std::vector<ClusterColumn> &columns) {
	return columns.size() > 1 || (columns.size() == 1 && !columns[0].children.empty());
}

//! Sorts rows of the table's data columns, with a place on the curve behind them where there is one.
std::unique_ptr<duckdb::Sort> MakeSort(const FileWriting &writing, const std::vector<ClusterColumn> &cluster_columns) {
	const auto &columns = writing.columns;
	auto types = columns.types;
	duckdb::vector<duckdb::BoundOrderByNode> orders;
	if (HasCurve(cluster_columns)) {
		orders.push_back(OrderBy(duckdb::LogicalType::UBIGINT, types.size(), SortKey()));
		types.push_back(duckdb::LogicalType::UBIGINT);
	} else if (cluster_columns.size() == 1) {
		const auto position = PositionOf(writing, cluster_columns[0].field);
		orders.push_back(OrderBy(types[position], position, SortKey()));
	} else {
		for (const auto &key : writing.spec.sort_keys) {
			const auto position = PositionOf(writing, key.column);
			orders.push_back(OrderBy(types[position], position, key));
		}
	}
	duckdb::vector<idx_t> kept;
	for (idx_t i = 0; i < columns.types.size(); i++) {
		kept.push_back(i);
	}
	return std::make_unique<duckdb::Sort>(writing.context, orders, types, std::move(kept));
}

} // namespace

//! A new file: a range of the order.
struct SortedRewrite::Output {
	Output(FileWriting &writing, PartitionValues values, std::string folder)
	    : writer(writing, std::move(values), std::move(folder)) {
	}
	PartitionWriter writer;
	std::atomic<size_t> open_pieces {0};
};

//! Neighbouring batches of the sort that become one row group.
struct SortedRewrite::Piece {
	explicit Piece(Output &output_p) : output(output_p) {
	}
	Output &output;
	std::mutex lock;
	size_t open_batches = 0;
	//! By number of the batch.
	std::map<size_t, duckdb::unique_ptr<duckdb::ColumnDataCollection>> rows;
};

SortedRewrite::SortedRewrite(FileWriting &writing_p, const RewriteJob &job_p, size_t group_p,
                             uint64_t target_file_size_bytes)
    : writing(writing_p), job(job_p), group(job.plan.groups[group_p]), target_bytes(target_file_size_bytes),
      runs(CutIntoRuns(job, group_p, ThreadCount(writing.context))) {
}

SortedRewrite::~SortedRewrite() = default;

uint64_t SortedRewrite::BytesBesideSort() const {
	uint64_t file_bytes = 0;
	for (size_t i = group.begin; i < group.end; i++) {
		file_bytes = std::max(file_bytes, job.SizeBytes(i));
	}
	const auto threads = uint64_t(ThreadCount(writing.context));
	return threads * std::max(std::min(file_bytes, READ_FILE_BYTES_MAX) * READ_BYTES_PER_FILE_BYTE,
	                          writing.row_group_bytes_max * WRITE_BYTES_PER_ROW_BYTE);
}

uint64_t SortedRewrite::Run() {
	// The sort takes nearly all of the memory that nobody has announced a need for, and what is read and written beside
	// it cannot be spilled.
	const auto beside = duckdb::TemporaryMemoryManager::Get(writing.context).Register(writing.context);
	beside->SetMinimumReservation(BytesBesideSort());
	beside->SetRemainingSizeAndUpdateReservation(writing.context, BytesBesideSort());
	if (HasCurve(job.cluster_columns)) {
		ranks = std::make_unique<ClusterRanks>(writing.context, job, runs);
	}
	sorting.sort = MakeSort(writing, job.cluster_columns);
	sorting.sink = sorting.sort->GetGlobalSinkState(writing.context);
	RunOnAllThreads(writing.context, [&] { SinkRuns(); });
	duckdb::InterruptState interrupt;
	duckdb::OperatorSinkFinalizeInput input {*sorting.sink, interrupt};
	if (sorting.sort->Finalize(writing.context, input) != duckdb::SinkFinalizeType::NO_OUTPUT_POSSIBLE) {
		Write();
	}
	return row_count;
}

void SortedRewrite::SinkRuns() {
	duckdb::ThreadContext thread(writing.context);
	duckdb::ExecutionContext execution(writing.context, thread, nullptr);
	const auto local = sorting.sort->GetLocalSinkState(execution);
	duckdb::InterruptState interrupt;
	duckdb::OperatorSinkInput input {*sorting.sink, *local, interrupt};
	for (size_t i = next_run++; i < runs.size(); i = next_run++) {
		try {
			AtBorder([&] { SinkRun(runs[i], execution, input); });
		} catch (...) {
			next_run = runs.size();
			throw;
		}
	}
	duckdb::OperatorSinkCombineInput combine {*sorting.sink, *local, interrupt};
	sorting.sort->Combine(execution, combine);
}

void SortedRewrite::SinkRun(const FileRun &run, duckdb::ExecutionContext &execution, duckdb::OperatorSinkInput &input) {
	RunReader reader(writing.context, job, run, writing.columns.fields);
	std::vector<size_t> positions;
	for (const auto &column : job.cluster_columns) {
		positions.push_back(PositionOf(writing, column.field));
	}
	auto types = writing.columns.types;
	if (ranks) {
		types.push_back(duckdb::LogicalType::UBIGINT);
	}
	duckdb::DataChunk rows;
	rows.InitializeEmpty(types);
	duckdb::Vector places(duckdb::LogicalType::UBIGINT);
	bool is_first = true;
	while (reader.Next(rows)) {
		if (ranks) {
			ranks->Place(rows, positions, places);
			rows.data.back().Reference(places);
		}
		if (std::exchange(is_first, false)) {
			row_bytes = std::max<uint64_t>(row_bytes, RowBytes(rows) / rows.size());
		}
		row_count += rows.size();
		sorting.sort->Sink(execution, rows, input);
	}
	job.done_bytes += run.bytes;
}

//! Batches are shared out to files of about equal numbers of rows, those of a file to row groups.
void SortedRewrite::PlanPieces(size_t batch_count) {
	const auto fields = PartitionFields(*job.snapshot->configuration);
	const auto values = PartitionValuesOf(job, group);
	const auto folder = PartitionFolderOf(fields, values);
	// Rounded, so that no file is small.
	const auto wanted_files = (group.bytes + target_bytes / 2) / target_bytes;
	const auto file_count = std::clamp<size_t>(size_t(wanted_files), 1, batch_count);
	const auto batch_rows = std::max<uint64_t>(1, row_count / batch_count);
	const auto rows_max =
	    std::min(writing.spec.row_group_rows, writing.row_group_bytes_max / std::max<uint64_t>(1, row_bytes));
	const auto piece_batches = std::max<uint64_t>(1, rows_max / batch_rows);
	size_t in_piece = 0;
	for (size_t batch = 0; batch < batch_count; batch++) {
		const auto file = batch * file_count / batch_count;
		if (file == layout.outputs.size()) {
			layout.outputs.push_back(std::make_unique<Output>(writing, values, folder));
			in_piece = piece_batches;
		}
		if (in_piece >= piece_batches) {
			layout.pieces.push_back(std::make_unique<Piece>(*layout.outputs.back()));
			layout.outputs.back()->open_pieces++;
			in_piece = 0;
		}
		layout.pieces.back()->open_batches++;
		layout.piece_of_batch.push_back(layout.pieces.size() - 1);
		in_piece++;
	}
}

void SortedRewrite::Write() {
	sorting.source = sorting.sort->GetGlobalSourceState(writing.context, *sorting.sink);
	// Of the sort: one thread each at most.
	PlanPieces(sorting.source->MaxThreads());
	RunOnAllThreads(writing.context, [&] { WriteBatches(); });
}

void SortedRewrite::WriteBatches() {
	duckdb::ThreadContext thread(writing.context);
	duckdb::ExecutionContext execution(writing.context, thread, nullptr);
	const auto local = sorting.sort->GetLocalSourceState(execution, *sorting.source);
	duckdb::InterruptState interrupt;
	duckdb::OperatorSourceInput input {*sorting.source, *local, interrupt};
	duckdb::DataChunk chunk;
	chunk.Initialize(writing.context, writing.columns.types);
	duckdb::unique_ptr<duckdb::ColumnDataCollection> rows;
	duckdb::ColumnDataAppendState append;
	size_t batch = 0;
	auto hand_over = [&] {
		if (rows) {
			append.current_chunk_state.handles.clear();
			AtBorder([&] { TakeBatch(batch, std::move(rows)); });
		}
	};
	for (;;) {
		ThrowWhenInterrupted(writing.context);
		chunk.Reset();
		sorting.sort->GetData(execution, chunk, input);
		if (chunk.size() == 0) {
			break;
		}
		const auto data =
		    sorting.sort->GetPartitionData(execution, chunk, *sorting.source, *local, duckdb::OperatorPartitionInfo());
		if (rows && data.batch_index != batch) {
			hand_over();
		}
		batch = data.batch_index;
		if (!rows) {
			rows = writing.NewRows();
			rows->InitializeAppend(append);
		}
		rows->Append(append, chunk);
		if (writing.IsFullRowGroup(rows->Count(), rows->SizeInBytes())) {
			// Wide rows: the batch alone is more than a row group.
			append.current_chunk_state.handles.clear();
			AtBorder(
			    [&] { layout.pieces[layout.piece_of_batch[batch]]->output.writer.WriteRowGroup(std::move(rows)); });
			rows = writing.NewRows();
			rows->InitializeAppend(append);
		}
	}
	hand_over();
}

void SortedRewrite::TakeBatch(size_t batch, duckdb::unique_ptr<duckdb::ColumnDataCollection> rows) {
	auto &piece = *layout.pieces[layout.piece_of_batch[batch]];
	{
		std::lock_guard<std::mutex> guard(piece.lock);
		piece.rows[batch] = std::move(rows);
		if (--piece.open_batches > 0) {
			return;
		}
	}
	std::vector<RowSlice> slices;
	for (auto &[number, part] : piece.rows) {
		const auto count = part->Count();
		const auto bytes = part->SizeInBytes();
		if (count > 0) {
			slices.push_back({std::move(part), 0, count, bytes});
		}
	}
	piece.rows.clear();
	if (!slices.empty()) {
		piece.output.writer.WriteRowGroup(std::move(slices));
	}
	if (--piece.output.open_pieces == 0) {
		piece.output.writer.Finish();
	}
}

} // namespace merganser
