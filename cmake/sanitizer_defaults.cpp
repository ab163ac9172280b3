// Linked into every program and test of a sanitized build, so that it needs no environment variables to run.

extern "C" {

// DuckDB's prebuilt libraries share containers with our instrumented code but do not annotate them.
const char *__asan_default_options();
const char *__asan_default_options() {
	return "detect_container_overflow=0:detect_stack_use_after_return=0:strict_string_checks=0";
}

const char *__ubsan_default_options();
const char *__ubsan_default_options() {
	return "print_stacktrace=1";
}

const char *__tsan_default_options();
const char *__tsan_default_options() {
	return "halt_on_error=1:second_deadlock_stack=1";
}
}
