#include "engine/port/error_border.hpp"

#include "duckdb/common/exception.hpp"
#include "duckdb/common/exception/catalog_exception.hpp"
#include "duckdb/common/exception/transaction_exception.hpp"
#include "duckdb/main/client_context.hpp"

namespace merganser {

void ThrowAsDuckDB(const Error &error) {
	std::string message = error.what();
	switch (error.kind) {
	case ErrorKind::INVALID_INPUT:
		throw duckdb::InvalidInputException(message);
	case ErrorKind::NOT_FOUND:
	case ErrorKind::ALREADY_EXISTS:
		throw duckdb::CatalogException(message);
	case ErrorKind::CORRUPT:
	case ErrorKind::IO:
		throw duckdb::IOException(message);
	case ErrorKind::UNSUPPORTED:
		throw duckdb::NotImplementedException(message);
	case ErrorKind::CONSTRAINT:
		throw duckdb::ConstraintException(message);
	case ErrorKind::PERMISSION:
		throw duckdb::PermissionException(message);
	case ErrorKind::CONFLICT:
		throw duckdb::TransactionException(message);
	case ErrorKind::CANCELLED:
		throw duckdb::InterruptException();
	case ErrorKind::OUT_OF_MEMORY:
		throw duckdb::OutOfMemoryException(message);
	case ErrorKind::INTERNAL:
		break;
	}
	throw duckdb::InternalException(message);
}

void ThrowWhenInterrupted(const duckdb::ClientContext &context) {
	if (context.IsInterrupted()) {
		throw duckdb::InterruptException();
	}
}

bool ClientCancelToken::IsCancelled() const {
	return context.IsInterrupted();
}

} // namespace merganser
