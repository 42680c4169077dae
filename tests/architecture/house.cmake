# Fails unless the files below ${ROOT} keep the frame of the house: the top level, no Python, files
# of bearable length, no clock and no unseeded randomness in what reaches an output.
cmake_minimum_required(VERSION 3.25)
set(problems "")

file(GLOB top RELATIVE ${ROOT} ${ROOT}/*)
foreach(entry ${top})
  if(NOT entry MATCHES "^(sim|protocols|scenarios|captures|tests|CMakeLists.txt|CMakePresets.json|README.md|dev|build|out|\\..*)$")
    list(APPEND problems "${entry}: does not belong to the top level")
  endif()
endforeach()

file(GLOB_RECURSE python RELATIVE ${ROOT} ${ROOT}/protocols/*.py ${ROOT}/sim/*.py ${ROOT}/tests/*.py
     ${ROOT}/scenarios/*.py ${ROOT}/captures/*.py)
foreach(file ${python})
  list(APPEND problems "${file}: no Python here")
endforeach()

file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/protocols/*.[ch] ${ROOT}/sim/*.[ch] ${ROOT}/tests/*.[ch])
foreach(source ${sources})
  file(READ ${ROOT}/${source} text)
  string(REGEX REPLACE "[^\n]" "" newlines "${text}")
  string(LENGTH "${newlines}" length)
  if(length GREATER 640)
    list(APPEND problems "${source}: ${length} lines; split it where its subjects part")
  endif()
  if(source MATCHES "^(protocols|sim)/")
    # The console's progress display may look at the clock; nothing that is written may.
    if(NOT source MATCHES "^sim/cli/" AND
       text MATCHES "[^a-z_](time|gettimeofday|clock_gettime|rand|random|srand)\\((NULL|0|\\)|&|CLOCK)")
      list(APPEND problems "${source}: reads a clock or unseeded randomness: ${CMAKE_MATCH_0}")
    endif()
    if(text MATCHES "[^a-z_](double|float) ")
      list(APPEND problems "${source}: floating point decides nothing here")
    endif()
  endif()
endforeach()
if(problems)
  list(JOIN problems "\n  " text)
  message(FATAL_ERROR "the house is untidy:\n  ${text}")
endif()
