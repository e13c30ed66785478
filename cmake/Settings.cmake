# The two things every target of ours is compiled with: the language and the warnings.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

add_library(agr_settings INTERFACE)
target_compile_features(agr_settings INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
target_include_directories(agr_settings INTERFACE "${CMAKE_SOURCE_DIR}/lib")
target_compile_definitions(agr_settings INTERFACE AGR_VERSION="${PROJECT_VERSION}")

target_compile_options(agr_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Werror)

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Optimising, g++ 12 warns about every std::string operator+ (its bug 105651) and about what an empty
  # std::optional or std::variant does not hold (80635). clang and the sanitizers watch both for real.
  target_compile_options(agr_settings INTERFACE
                         "$<$<CONFIG:Release>:-Wno-restrict;-Wno-maybe-uninitialized>")
endif()

if(AGR_SANITIZE)
  target_compile_options(agr_settings INTERFACE "-fsanitize=${AGR_SANITIZE}" -fno-omit-frame-pointer
                                                -fno-sanitize-recover=all)
  target_link_options(agr_settings INTERFACE "-fsanitize=${AGR_SANITIZE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports false positives from inlined library code once it is instrumented.
    target_compile_options(agr_settings INTERFACE -Wno-maybe-uninitialized -Wno-stringop-overflow
                                                  -Wno-array-bounds)
    # Asio's fences are beyond the thread sanitizer; its locks, which matter, are not.
    target_compile_options(agr_settings INTERFACE -Wno-tsan)
  endif()
endif()

if(AGR_FUZZ)
  # Every room must report what it covers, or the fuzzer is blind.
  target_compile_options(agr_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
