#include "engine/write/read_tasks.hpp"

#include "duckdb/parallel/task_scheduler.hpp"

namespace merganser {

namespace {

class WorkTask : public duckdb::BaseExecutorTask {
public:
	WorkTask(duckdb::TaskExecutor &executor_p, const std::function<void()> &work_p)
	    : BaseExecutorTask(executor_p), work(work_p) {
	}
	void ExecuteTask() override {
		work();
	}

private:
	const std::function<void()> &work;
};

} // namespace

void RunOnAllThreads(duckdb::ClientContext &context, const std::function<void()> &work) {
	const auto threads = duckdb::TaskScheduler::GetScheduler(context).NumberOfThreads();
	duckdb::TaskExecutor executor(context);
	for (int32_t i = 0; i < threads; i++) {
		executor.ScheduleTask(duckdb::make_uniq<WorkTask>(executor, work));
	}
	executor.WorkOnTasks();
}

} // namespace merganser
