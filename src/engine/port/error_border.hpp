#pragma once

#include "base/cancel_token.hpp"
#include "base/error.hpp"
#include "duckdb.hpp"

#include <utility>

namespace merganser {

//! Throws the DuckDB exception of the class that fits the error's kind (never InternalException for what a user can
//! reach): INVALID_INPUT InvalidInput, NOT_FOUND / ALREADY_EXISTS Catalog, CORRUPT / IO IO, UNSUPPORTED NotImplemented,
//! CONSTRAINT Constraint, PERMISSION Permission, CONFLICT Transaction, CANCELLED Interrupt, OUT_OF_MEMORY OutOfMemory,
//! INTERNAL Internal.
[[noreturn]] void ThrowAsDuckDB(const Error &error);

//! Runs core code at the engine's border.
template <class CALL>
auto AtBorder(CALL &&call) -> decltype(call()) {
	try {
		return call();
	} catch (const Error &error) {
		ThrowAsDuckDB(error);
	}
}

//! Throws InterruptException when the client has interrupted the query.
void ThrowWhenInterrupted(const duckdb::ClientContext &context);

//! Asks the client's interrupt flag.
class ClientCancelToken : public CancelToken {
public:
	explicit ClientCancelToken(duckdb::ClientContext &context) : context(context) {
	}
	bool IsCancelled() const override;

private:
	duckdb::ClientContext &context;
};

} // namespace merganser
