#include "cli/progress.hpp"

#include "duckdb.hpp"
#include "duckdb/common/progress_bar/display/terminal_progress_bar_display.hpp"

#include <chrono>
#include <cstdio>
#include <unistd.h>

namespace merganser::cli {

namespace {

class ProgressDisplay : public duckdb::ProgressBarDisplay {
public:
	~ProgressDisplay() override {
		Wipe();
	}

	void Update(double percentage) override {
		const auto whole = static_cast<int>(percentage < 0 ? 0 : (percentage > 100 ? 100 : percentage));
		const auto now = std::chrono::steady_clock::now();
		const bool is_news = whole != shown_percentage || now - shown_at >= std::chrono::seconds(1);
		if (is_shown && !is_news) {
			return;
		}
		const auto elapsed = std::chrono::duration<double>(now - start).count();
		const auto bar = duckdb::TerminalProgressBarDisplay::FormatProgressBar(info, whole);
		std::fprintf(stderr, "\r%3d%% %s %.0f s\033[K", whole, bar.c_str(), elapsed);
		std::fflush(stderr);
		is_shown = true;
		shown_percentage = whole;
		shown_at = now;
	}

	void Finish() override {
		Wipe();
	}

private:
	void Wipe() {
		if (is_shown) {
			std::fputs("\r\033[K", stderr);
			std::fflush(stderr);
			is_shown = false;
		}
	}

	duckdb::ProgressBarDisplayInfo info;
	const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
	std::chrono::steady_clock::time_point shown_at;
	int shown_percentage = -1;
	bool is_shown = false;
};

} // namespace

void ShowProgress(duckdb::ClientContext &context, int delay_ms) {
	if (!isatty(STDERR_FILENO)) {
		return;
	}
	auto &config = duckdb::ClientConfig::GetConfig(context);
	config.enable_progress_bar = true;
	config.print_progress_bar = true;
	config.wait_time = delay_ms;
	config.display_create_func = []() -> duckdb::unique_ptr<duckdb::ProgressBarDisplay> {
		return duckdb::make_uniq<ProgressDisplay>();
	};
}

} // namespace merganser::cli
