#pragma once

#include <mutex>

namespace duckdb {
class Connection;
} // namespace duckdb

namespace merganser::cli {

//! Turns Ctrl-C (SIGINT) into the end of the running statement. The signal handler only writes a byte into a pipe; a
//! thread reads it and interrupts the connection. Without a running statement an interactive shell ignores the signal
//! and a script ends by it; a second Ctrl-C ends a script even when its statement does not stop.
//! One per process; lives until the process ends.
class Interrupts {
public:
	static Interrupts &Start(bool is_interactive);

	//! True when Ctrl-C came during the current or last statement.
	bool WasRequested();

	//! While it lives, Ctrl-C goes to `connection`.
	class Scope {
	public:
		Scope(Interrupts &interrupts_p, duckdb::Connection &connection);
		~Scope();
		Scope(const Scope &) = delete;
		Scope &operator=(const Scope &) = delete;

	private:
		Interrupts &interrupts;
	};

private:
	explicit Interrupts(bool is_interactive_p) : is_interactive(is_interactive_p) {
	}
	void Watch(int pipe_end);
	void Handle();

	const bool is_interactive;
	std::mutex lock;
	//! Guarded by `lock`.
	duckdb::Connection *running = nullptr;
	bool was_requested = false;
};

} // namespace merganser::cli
