#pragma once

namespace merganser {

//! Asked by long loops. Implementations are thread-safe; the engine's wraps the client's interrupt flag.
class CancelToken {
public:
	virtual ~CancelToken() = default;
	virtual bool IsCancelled() const = 0;
	//! Throws CANCELLED when cancelled.
	void Check() const;

	//! Never cancelled.
	static const CancelToken &None();
};

} // namespace merganser
