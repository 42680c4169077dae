# Proof that the scenarios can fail: each mutant is the simulator with one line of one engine broken
# on purpose, and the test demands that a named scenario notices and says what was seen instead.
#
# mutant(NAME FILE FROM TO SCENARIO SAYS): in FILE (below the project) the text FROM, which must
# stand there exactly once, becomes TO; then "vpnsim run SCENARIO" must exit with 1 and print
# something that matches the regular expression SAYS. The mutated object is linked before the
# libraries, so it takes the place of the original member and nothing else is compiled again.
function(mutant name file from to scenario says)
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}.c)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}.cmake)
  file(CONFIGURE OUTPUT ${script} @ONLY CONTENT [==[
file(READ "@PROJECT_SOURCE_DIR@/@file@" text)
set(from [=[@from@]=])
set(to [=[@to@]=])
string(FIND "${text}" "${from}" first)
string(FIND "${text}" "${from}" last REVERSE)
if(first EQUAL -1 OR NOT first EQUAL last)
  message(FATAL_ERROR "mutant @name@: @file@ must hold exactly once: ${from}")
endif()
string(REPLACE "${from}" "${to}" text "${text}")
file(WRITE "@copy@" "${text}")
]==])
  add_custom_command(OUTPUT ${copy} COMMAND ${CMAKE_COMMAND} -P ${script}
    DEPENDS ${PROJECT_SOURCE_DIR}/${file} ${script} VERBATIM)
  add_executable(mutant_${name} ${PROJECT_SOURCE_DIR}/sim/main.c ${copy})
  get_filename_component(folder ${PROJECT_SOURCE_DIR}/${file} DIRECTORY)
  target_include_directories(mutant_${name} PRIVATE ${folder})
  # A mutant may leave something unused; that is not what is tested.
  target_compile_options(mutant_${name} PRIVATE -Wno-error -w)
  target_link_libraries(mutant_${name} PRIVATE vpnsim_sim vpnsim_options)
  add_test(NAME mutant/${name}
    COMMAND ${CMAKE_COMMAND} -DVPNSIM=$<TARGET_FILE:mutant_${name}> -DOUT=${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}
            -DSCENARIO=${scenarios_dir}/${scenario} "-DSAYS=${says}" -P ${CMAKE_CURRENT_SOURCE_DIR}/run-mutant.cmake)
  set_tests_properties(mutant/${name} PROPERTIES LABELS mutant TIMEOUT 300)
endfunction()
