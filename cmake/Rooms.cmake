# A room is one folder under lib/ with one idea. It is declared once, with the rooms it may include and
# the libraries only it meets; tests/layering compares the declarations with the #include lines.

set(AGR_ROOM_MAP "${CMAKE_BINARY_DIR}/rooms.txt")
file(WRITE "${AGR_ROOM_MAP}" "")

function(agr_room NAME)
  cmake_parse_arguments(ROOM "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/lib/${NAME}/*.cpp")
  list(TRANSFORM ROOM_USES PREPEND room_ OUTPUT_VARIABLE rooms)
  if(sources)
    add_library(room_${NAME} STATIC ${sources})
    target_link_libraries(room_${NAME} PUBLIC agr_settings ${rooms} PRIVATE ${ROOM_LINKS})
  else()
    add_library(room_${NAME} INTERFACE)
    target_link_libraries(room_${NAME} INTERFACE agr_settings ${rooms})
  endif()
  list(JOIN ROOM_USES " " uses)
  file(APPEND "${AGR_ROOM_MAP}" "${NAME}: ${uses}\n")
endfunction()

# The unit tests of a room live in tests/unit/ROOM and may use tests/support.
function(agr_unit_test NAME)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/unit/${NAME}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(unit_${NAME} ${sources})
  target_link_libraries(unit_${NAME} PRIVATE ${ARGN} test_support)
  add_test(NAME unit.${NAME} COMMAND unit_${NAME})
  set_tests_properties(unit.${NAME} PROPERTIES LABELS unit)
endfunction()
