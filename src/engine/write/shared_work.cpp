#include "engine/write/shared_work.hpp"

#include "duckdb/execution/executor.hpp"
#include "duckdb/parallel/task_notifier.hpp"
#include "duckdb/parallel/task_scheduler.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>

namespace merganser {

namespace {

//! Work that threads may join until it is done.
class SharedWork {
public:
	SharedWork(duckdb::ClientContext &context_p, const std::function<void()> &work_p)
	    : context(context_p), work(work_p) {
	}

	//! Nothing when the work is done already: context and work may be gone.
	void Join() {
		{
			std::lock_guard<std::mutex> guard(lock);
			if (is_done) {
				return;
			}
			worker_count++;
		}
		std::exception_ptr thrown;
		try {
			duckdb::TaskNotifier notifier {context};
			work();
		} catch (...) {
			thrown = std::current_exception();
		}
		std::lock_guard<std::mutex> guard(lock);
		// Whoever returns has found nothing left to do.
		is_done = true;
		if (thrown && !error) {
			error = thrown;
		}
		if (--worker_count == 0) {
			no_worker.notify_all();
		}
	}

	void WaitForOthers() {
		std::unique_lock<std::mutex> guard(lock);
		no_worker.wait(guard, [&] { return worker_count == 0; });
		if (error) {
			std::rethrow_exception(error);
		}
	}

private:
	duckdb::ClientContext &context;
	const std::function<void()> &work;
	std::mutex lock;
	std::condition_variable no_worker;
	size_t worker_count = 0;
	bool is_done = false;
	std::exception_ptr error;
};

class JoinTask : public duckdb::Task {
public:
	explicit JoinTask(std::shared_ptr<SharedWork> work_p) : work(std::move(work_p)) {
	}
	duckdb::TaskExecutionResult Execute(duckdb::TaskExecutionMode) override {
		work->Join();
		return duckdb::TaskExecutionResult::TASK_FINISHED;
	}
	std::string TaskType() const override {
		return "MerganserJoinTask";
	}

private:
	std::shared_ptr<SharedWork> work;
};

} // namespace

void RunOnAllThreads(duckdb::ClientContext &context, const std::function<void()> &work) {
	auto &scheduler = duckdb::TaskScheduler::GetScheduler(context);
	const auto shared = std::make_shared<SharedWork>(context, work);
	// Tasks of the query itself: the client's thread runs no others, and would spin beside us.
	auto &token = duckdb::Executor::Get(context).GetToken();
	for (int32_t i = 1; i < scheduler.NumberOfThreads(); i++) {
		scheduler.ScheduleTask(token, duckdb::make_shared_ptr<JoinTask>(shared));
	}
	shared->Join();
	shared->WaitForOthers();
}

size_t ThreadCount(duckdb::ClientContext &context) {
	return size_t(duckdb::TaskScheduler::GetScheduler(context).NumberOfThreads());
}

void ForEachOnAllThreads(duckdb::ClientContext &context, size_t count, const std::function<void(size_t)> &work) {
	if (count <= 1) {
		return count == 1 ? work(0) : void();
	}
	std::atomic<size_t> next {0};
	RunOnAllThreads(context, [&] {
		for (size_t i = next++; i < count; i = next++) {
			work(i);
		}
	});
}

} // namespace merganser
