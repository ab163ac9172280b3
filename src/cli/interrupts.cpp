#include "cli/interrupts.hpp"

#include "duckdb.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace merganser::cli {

namespace {

int signal_pipe_write_end = -1;

void OnSignal(int) {
	const int saved_errno = errno;
	const char byte = 0;
	[[maybe_unused]] const auto written = write(signal_pipe_write_end, &byte, 1);
	errno = saved_errno;
}

[[noreturn]] void EndProcessBySignal() {
	std::signal(SIGINT, SIG_DFL);
	kill(getpid(), SIGINT);
	for (;;) {
		pause();
	}
}

} // namespace

Interrupts &Interrupts::Start(bool is_interactive) {
	// Never destroyed: its thread uses it until the process ends.
	static auto *instance = new Interrupts(is_interactive);
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0) {
		throw std::runtime_error("cannot open a pipe for signals");
	}
	// A full pipe must not block the handler.
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	signal_pipe_write_end = ends[1];
	std::thread([pipe_end = ends[0]] { instance->Watch(pipe_end); }).detach();
	struct sigaction action = {};
	action.sa_handler = OnSignal;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, nullptr);
	return *instance;
}

bool Interrupts::WasRequested() {
	std::lock_guard<std::mutex> guard(lock);
	return was_requested;
}

void Interrupts::Watch(int pipe_end) {
	sigset_t all;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, nullptr);
	for (;;) {
		char byte;
		const auto count = read(pipe_end, &byte, 1);
		if (count == 1) {
			Handle();
		} else if (count == 0 || errno != EINTR) {
			return;
		}
	}
}

void Interrupts::Handle() {
	std::lock_guard<std::mutex> guard(lock);
	const bool ends_process = !is_interactive && (!running || was_requested);
	if (ends_process) {
		EndProcessBySignal();
	}
	if (running) {
		was_requested = true;
		running->Interrupt();
	}
}

Interrupts::Scope::Scope(Interrupts &interrupts_p, duckdb::Connection &connection) : interrupts(interrupts_p) {
	std::lock_guard<std::mutex> guard(interrupts.lock);
	interrupts.running = &connection;
	interrupts.was_requested = false;
}

Interrupts::Scope::~Scope() {
	std::lock_guard<std::mutex> guard(interrupts.lock);
	interrupts.running = nullptr;
}

} // namespace merganser::cli
