// ICU's data package would add 34 MB to the static binary and is not needed. The linker uses this
// valid but empty package instead of the archive member with the real one.
#ifdef TOKENXCHANGE_STATIC
#include <stdint.h>

_Alignas(16) const struct {
  uint16_t header_size;
  uint8_t magic[2];
  uint16_t info_size, reserved;
  uint8_t big_endian, charset, char_size, reserved_too;
  uint8_t format[4], format_version[4], data_version[4];
  uint8_t padding[8];
  uint32_t count, more_padding[3];
} icudt76_dat = {
  .header_size = 32,
  .magic = {0xda, 0x27},
  .info_size = 20,
  .char_size = 2,
  .format = {'C', 'm', 'n', 'D'},
  .format_version = {1},
  .data_version = {76},
};
#else
typedef int no_icu_package_here;
#endif
