#pragma once

#include <stdexcept>
#include <string>

namespace merganser {

//! What the caller may do about an error. The message is for people and is never branched on.
enum class ErrorKind {
	//! The user asked for something impossible (bad name, bad option, value out of range).
	INVALID_INPUT,
	//! Table, version, schema or file does not exist.
	NOT_FOUND,
	//! It exists already and the statement said that it must not.
	ALREADY_EXISTS,
	//! The log, a checkpoint or a data file breaks the Delta protocol. Nothing read from it may be trusted.
	CORRUPT,
	//! A valid table that needs something Merganser does not do; the message names the feature.
	UNSUPPORTED,
	//! A row breaks NOT NULL, CHECK or an invariant.
	CONSTRAINT,
	//! The store failed (disk full, I/O error, network). Trying again later may work.
	IO,
	//! The store refused access.
	PERMISSION,
	//! Lost against a concurrent commit.
	CONFLICT,
	//! The statement was cancelled.
	CANCELLED,
	//! The memory limit was reached.
	OUT_OF_MEMORY,
	//! A bug of ours.
	INTERNAL
};

//! Ends the statement. Expected outcomes (CONFLICT of a commit, EXISTS of a put) are values, not errors.
//! The message names table, version, file and what the user can do next.
class Error : public std::runtime_error {
public:
	Error(ErrorKind kind_p, const std::string &message) : std::runtime_error(message), kind(kind_p) {
	}

	const ErrorKind kind;
};

//! Always-on check of a fact whose violation would corrupt a table. Throws INTERNAL when `condition` is false.
inline void Verify(bool condition, const char *what) {
	if (!condition) {
		throw Error(ErrorKind::INTERNAL, std::string("internal check failed: ") + what);
	}
}

} // namespace merganser
