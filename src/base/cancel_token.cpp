#include "base/cancel_token.hpp"

#include "base/error.hpp"

namespace merganser {

namespace {

class NeverCancelled : public CancelToken {
public:
	bool IsCancelled() const override {
		return false;
	}
};

} // namespace

void CancelToken::Check() const {
	if (IsCancelled()) {
		throw Error(ErrorKind::CANCELLED, "the statement was cancelled");
	}
}

const CancelToken &CancelToken::None() {
	static const NeverCancelled none;
	return none;
}

} // namespace merganser
