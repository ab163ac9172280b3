#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace merganser {

//! Memory that is zero because it comes from the system, which touches its pages only when somebody writes to them.
template <class T>
struct ZeroedAllocator {
	static_assert(std::is_trivially_copyable_v<T>, "zero bytes are the default value");
	using value_type = T;

	ZeroedAllocator() = default;
	template <class U>
	ZeroedAllocator(const ZeroedAllocator<U> &) {
	}

	T *allocate(size_t count) {
		const auto memory = std::calloc(count, sizeof(T));
		if (!memory) {
			throw std::bad_alloc();
		}
		return static_cast<T *>(memory);
	}
	void deallocate(T *memory, size_t) {
		std::free(memory);
	}
	//! The default value is there.
	template <class U>
	void construct(U *) noexcept {
	}
	template <class U, class... ARGUMENTS>
	void construct(U *at, ARGUMENTS &&...arguments) {
		::new (static_cast<void *>(at)) U(std::forward<ARGUMENTS>(arguments)...);
	}
	bool operator==(const ZeroedAllocator &) const {
		return true;
	}
};

//! A large vector that several threads fill: `resize` costs nothing, each thread pays for the pages that it fills. It
//! is sized once: what grows again after it has shrunk holds old values.
template <class T>
using ZeroedVector = std::vector<T, ZeroedAllocator<T>>;

} // namespace merganser
