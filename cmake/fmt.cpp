// fmt's out-of-line part as one object of the library: what format-inl.h defines, and the
// templates that fmt's headers declare extern.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

template dragonbox::decimal_fp<float> dragonbox::to_decimal(float) noexcept;
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double) noexcept;
template locale_ref::locale_ref(const std::locale&);
template std::locale locale_ref::get<std::locale>() const;
template thousands_sep_result<char> thousands_sep_impl(locale_ref);
template thousands_sep_result<wchar_t> thousands_sep_impl(locale_ref);
template char decimal_point_impl(locale_ref);
template wchar_t decimal_point_impl(locale_ref);
template void buffer<char>::append(const char*, const char*);
template void buffer<wchar_t>::append(const wchar_t*, const wchar_t*);

#if FMT_VERSION < 100000
using VformatArgs = basic_format_args<FMT_BUFFER_CONTEXT(char)>;
#else
using VformatArgs = vformat_args<>::type;
#endif
template void vformat_to(buffer<char>&, string_view, VformatArgs, locale_ref);

}  // namespace detail
FMT_END_NAMESPACE
