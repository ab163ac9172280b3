#include "engine/parquet/duckdb_parquet_port.hpp"

#include "base/error.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/parallel/task_executor.hpp"
#include "duckdb/parallel/task_scheduler.hpp"
#include "engine/parquet/checkpoint_file.hpp"
#include "engine/port/checkpoint_file_columns.hpp"
#include "engine/port/checkpoint_scan.hpp"
#include "engine/port/store_file_system.hpp"
#include "store/memory_store.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <new>

namespace merganser {

namespace {

//! An error of DuckDB's reader as one of ours, naming the file. Whatever a reader says about bad bytes, the file is
//! what is wrong.
[[noreturn]] void ThrowReadError(const std::string &file) {
	try {
		throw;
	} catch (const Error &error) {
		if (error.kind == ErrorKind::CORRUPT) {
			throw Error(ErrorKind::CORRUPT, "checkpoint file \"" + file + "\" is corrupt: " + error.what());
		}
		throw;
	} catch (const std::bad_alloc &) {
		throw Error(ErrorKind::OUT_OF_MEMORY, "not enough memory to read the checkpoint file \"" + file + "\"");
	} catch (const std::exception &exception) {
		duckdb::ErrorData data(exception);
		switch (data.Type()) {
		case duckdb::ExceptionType::OUT_OF_MEMORY:
			throw Error(ErrorKind::OUT_OF_MEMORY, "not enough memory to read the checkpoint file \"" + file + "\" (" +
			                                          data.RawMessage() + "). Raise memory_limit, or check the file");
		case duckdb::ExceptionType::INTERRUPT:
			throw Error(ErrorKind::CANCELLED, data.RawMessage());
		case duckdb::ExceptionType::PERMISSION:
			throw Error(ErrorKind::PERMISSION, data.RawMessage());
		default:
			throw Error(ErrorKind::CORRUPT, "checkpoint file \"" + file + "\" cannot be read: " + data.RawMessage());
		}
	}
}

//! A connection of its own: the caller's context may be locked (bind) or absent (attach). Its transaction only serves
//! catalog look-ups.
class OwnContext {
public:
	explicit OwnContext(duckdb::DatabaseInstance &db) : connection(db) {
		connection.BeginTransaction();
	}
	~OwnContext() {
		try {
			connection.Rollback();
		} catch (const std::exception &) {
			// It changed nothing.
		}
	}
	duckdb::ClientContext &Get() {
		return *connection.context;
	}

private:
	duckdb::Connection connection;
};

//! One file of a request; opened by the first thread that comes to it.
class RequestedFile {
public:
	RequestedFile(std::string path_p, duckdb::OpenFileInfo info_p) : path(std::move(path_p)), info(std::move(info_p)) {
	}

	void Open(duckdb::ClientContext &context, const CheckpointReadRequest &request) {
		std::lock_guard<std::mutex> guard(lock);
		if (scan) {
			return;
		}
		auto opened = std::make_unique<CheckpointScan>(context, info);
		columns = std::make_unique<CheckpointFileColumns>(opened->Names(), opened->Types(), request);
		opened->Start(columns->Projection());
		scan = std::move(opened);
	}

	const std::string path;
	std::unique_ptr<CheckpointScan> scan;
	std::unique_ptr<CheckpointFileColumns> columns;

private:
	duckdb::OpenFileInfo info;
	std::mutex lock;
};

//! Reads all files of a request with all threads of the instance.
class CheckpointReading {
public:
	CheckpointReading(duckdb::ClientContext &context_p, const CheckpointReadRequest &request_p,
	                  const std::function<void(CheckpointRows &)> &consume_p, const CancelToken &cancel_p)
	    : context(context_p), request(request_p), consume(consume_p), cancel(cancel_p) {
	}

	void Run(duckdb::DatabaseInstance &db, ObjectStore &store);
	//! What one thread does: helps with every file, each thread beginning at another one.
	void Work(size_t thread) noexcept;

private:
	void ReadFile(size_t index);
	duckdb::OpenFileInfo OpenInfo(duckdb::DatabaseInstance &db, ObjectStore &store, const std::string &path);

	duckdb::ClientContext &context;
	const CheckpointReadRequest &request;
	const std::function<void(CheckpointRows &)> &consume;
	const CancelToken &cancel;
	//! Files without the row groups that are left out.
	MemoryStore others;
	std::vector<std::unique_ptr<RequestedFile>> files;
	std::atomic<bool> has_failed {false};
	std::mutex lock;
	std::exception_ptr error;
};

class ReadTask : public duckdb::BaseExecutorTask {
public:
	ReadTask(duckdb::TaskExecutor &executor_p, CheckpointReading &reading_p, size_t thread_p)
	    : BaseExecutorTask(executor_p), reading(reading_p), thread(thread_p) {
	}
	void ExecuteTask() override {
		reading.Work(thread);
	}

private:
	CheckpointReading &reading;
	size_t thread;
};

void CheckpointReading::ReadFile(size_t index) {
	auto &file = *files[index];
	try {
		file.Open(context, request);
		CheckpointRows rows;
		rows.file = static_cast<uint32_t>(index);
		std::vector<std::string> made_texts;
		file.scan->Read([&](duckdb::DataChunk &chunk) {
			cancel.Check();
			file.columns->Fill(chunk, rows, made_texts);
			consume(rows);
			return !has_failed.load(std::memory_order_relaxed);
		});
	} catch (...) {
		ThrowReadError(file.path);
	}
}

void CheckpointReading::Work(size_t thread) noexcept {
	try {
		for (size_t i = 0; i < files.size() && !has_failed; i++) {
			ReadFile((thread + i) % files.size());
		}
	} catch (...) {
		std::lock_guard<std::mutex> guard(lock);
		if (!error) {
			error = std::current_exception();
		}
		has_failed = true;
	}
}

duckdb::OpenFileInfo CheckpointReading::OpenInfo(duckdb::DatabaseInstance &db, ObjectStore &store,
                                                 const std::string &path) {
	const auto &left_out = request.left_out;
	if (left_out.row_groups.empty() || left_out.path != path) {
		return ReadOnceFile(db, store, path);
	}
	try {
		WriteOtherRowGroups(OpenCheckpointFile(store, path), left_out, others, path);
	} catch (...) {
		ThrowReadError(path);
	}
	return ReadOnceFile(db, others, path);
}

void CheckpointReading::Run(duckdb::DatabaseInstance &db, ObjectStore &store) {
	for (const auto &path : request.files) {
		if (!store.Head(path)) {
			throw Error(ErrorKind::NOT_FOUND, "checkpoint file \"" + path + "\" does not exist");
		}
		files.push_back(std::make_unique<RequestedFile>(path, OpenInfo(db, store, path)));
	}
	if (files.empty()) {
		return;
	}
	auto thread_count = static_cast<size_t>(duckdb::TaskScheduler::GetScheduler(context).NumberOfThreads());
	if (request.half_of_threads) {
		thread_count = (thread_count + 1) / 2;
	}
	size_t useful = files.size();
	if (files.size() == 1) {
		try {
			files[0]->Open(context, request);
		} catch (...) {
			ThrowReadError(files[0]->path);
		}
		useful = files[0]->scan->ThreadCount();
	}
	const auto task_count = std::min(thread_count, useful);
	if (task_count <= 1) {
		Work(0);
	} else {
		duckdb::TaskExecutor executor(context);
		for (size_t thread = 0; thread < task_count; thread++) {
			executor.ScheduleTask(duckdb::make_uniq<ReadTask>(executor, *this, thread));
		}
		executor.WorkOnTasks();
	}
	if (error) {
		std::rethrow_exception(error);
	}
}

class DuckDBParquetPort : public ParquetPort {
public:
	explicit DuckDBParquetPort(duckdb::DatabaseInstance &db) : instance(db.shared_from_this()) {
	}

	std::vector<uint64_t> CountRows(ObjectStore &store, const std::vector<std::string> &files) override {
		const auto db = Instance();
		OwnContext context(*db);
		std::vector<uint64_t> counts;
		for (const auto &path : files) {
			if (!store.Head(path)) {
				throw Error(ErrorKind::NOT_FOUND, "checkpoint file \"" + path + "\" does not exist");
			}
			try {
				counts.push_back(CheckpointScan(context.Get(), ReadOnceFile(*db, store, path)).RowCount());
			} catch (...) {
				ThrowReadError(path);
			}
		}
		return counts;
	}

	void ReadCheckpoint(ObjectStore &store, const CheckpointReadRequest &request,
	                    const std::function<void(CheckpointRows &)> &consume, const CancelToken &cancel) override {
		const auto db = Instance();
		OwnContext context(*db);
		CheckpointReading(context.Get(), request, consume, cancel).Run(*db, store);
	}

	std::vector<RowGroupRange> FindKeepable(ObjectStore &store, const std::string &path,
	                                        CheckpointFileKind kind) override {
		const auto db = Instance();
		OwnContext context(*db);
		try {
			return FindKeepableRowGroups(context.Get(), OpenCheckpointFile(store, path), kind);
		} catch (...) {
			ThrowReadError(path);
		}
	}

	size_t WriterThreads() const override {
		const auto db = instance.lock();
		return db ? size_t(duckdb::TaskScheduler::GetScheduler(*db).NumberOfThreads()) : 1;
	}

	PutOutcome WriteCheckpoint(ObjectStore &store, const std::string &path, CheckpointSource &source,
	                           uint64_t &size_bytes) override {
		const auto db = Instance();
		OwnContext context(*db);
		try {
			return WriteCheckpointFile(context.Get(), store, path, source, size_bytes);
		} catch (const Error &) {
			throw;
		} catch (const std::exception &exception) {
			duckdb::ErrorData data(exception);
			const bool is_memory = data.Type() == duckdb::ExceptionType::OUT_OF_MEMORY;
			throw Error(is_memory ? ErrorKind::OUT_OF_MEMORY : ErrorKind::IO,
			            "cannot write the checkpoint \"" + path + "\": " + data.RawMessage());
		}
	}

private:
	duckdb::shared_ptr<duckdb::DatabaseInstance> Instance() {
		auto db = instance.lock();
		if (!db) {
			throw Error(ErrorKind::IO, "the database instance is being closed");
		}
		return db;
	}

	duckdb::weak_ptr<duckdb::DatabaseInstance> instance;
};

} // namespace

std::unique_ptr<ParquetPort> MakeDuckDBParquetPort(duckdb::DatabaseInstance &db) {
	return std::make_unique<DuckDBParquetPort>(db);
}

} // namespace merganser
