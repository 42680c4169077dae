# Runs a broken simulator over a scenario that must notice: exit status 1 and a message like ${SAYS}.
execute_process(COMMAND ${VPNSIM} run -o ${OUT} ${SCENARIO}
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 1)
  message(FATAL_ERROR "the broken engine went unnoticed (exit status ${status}):\n${output}")
endif()
if(NOT output MATCHES "${SAYS}")
  message(FATAL_ERROR "the failure does not say \"${SAYS}\":\n${output}")
endif()
