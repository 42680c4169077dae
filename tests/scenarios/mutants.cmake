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
  add_executable(mutant_${name} ${copy})
  get_filename_component(folder ${PROJECT_SOURCE_DIR}/${file} DIRECTORY)
  target_include_directories(mutant_${name} PRIVATE ${folder})
  # A mutant may leave something unused; that is not what is tested.
  target_compile_options(mutant_${name} PRIVATE -Wno-error -w -g0)
  target_link_options(mutant_${name} PRIVATE -s)
  target_link_libraries(mutant_${name} PRIVATE vpnsim_main vpnsim_sim vpnsim_options)
  add_test(NAME mutant/${name}
    COMMAND ${CMAKE_COMMAND} -DVPNSIM=$<TARGET_FILE:mutant_${name}> -DOUT=${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}
            -DSCENARIO=${scenarios_dir}/${scenario} "-DSAYS=${says}" -P ${CMAKE_CURRENT_SOURCE_DIR}/run-mutant.cmake)
  set_tests_properties(mutant/${name} PROPERTIES LABELS mutant TIMEOUT 300)
endfunction()

mutant(mppe_not_rekeyed protocols/ppp/compression/mppe.c
  "if (state->stateless || is_flag_packet(state->count) ||" "if (is_flag_packet(state->count) ||"
  pptp/pptp-remote-access-lan.xml "ping through[^\n]*\n[^\n]*answered not at all")
mutant(mppe_gap_not_followed protocols/ppp/compression/mppe.c
  "change_keys(state, distance)" "change_keys(state, 1)"
  mppe/mppe-loss-stateless-recovers.xml "exactly one datagram is missing\n[^\n]*\n *seen: +it is .49.")
mutant(mppe_no_reset_request protocols/ppp/ccp_data.c
  "if (result == MPPE_DROP_AND_REQUEST_RESET)" "if (false)"
  mppe/mppe-loss-stateful-resets.xml "the server asks for a reset\n")
mutant(gre_sequence_stands_still protocols/gre/gre_tunnel.c
  "self->next_sequence++;" ";"
  pptp/gre-enhanced-header.xml "the first sequence number of the client is 0 and comes once\n[^\n]*\n *seen: +[0-9]+ of")
mutant(gre_no_bare_acknowledgment protocols/gre/gre_tunnel.c
  "self->counters.acks_sent++;\n    packet_queue_push(&self->to_send, packet);" "packet_free(packet);"
  pptp/gre-enhanced-header.xml "one-way traffic is acknowledged by packets without payload\n")
mutant(ipcp_dns_not_asked protocols/ppp/network/ipcp.c
  "if (config->ask_servers[i])" "if (config->ask_servers[i] && i != IPCP_DNS1)"
  pptp/pptp-remote-access-lan.xml "seen: +step 6 of 7, ppp.ipcp.opened[^\n]*dns=0.0.0.0")
mutant(any_password_will_do protocols/ppp/auth/chap_algorithm_mschap.c
  "return memcmp(expected, value + NT_RESPONSE_OFFSET, sizeof expected) == 0;" "return true;"
  troubleshooting/trbl-access-denied-691.xml "error=778")
mutant(encryption_not_switched_off sim/run/build_node.c
  "    if (policy == SCENARIO_ENCRYPTION_NONE)
        return config;
" "    config.enabled = true;
"
  pptp/unencrypted-pptp.xml "nothing is encrypted\n[^\n]*\n *seen: +[^\n]*ppp.ccp.opened")
mutant(reject_without_a_word sim/host/host_stack_filter.c
  "bool reject = rule.action == PACKET_FILTER_REJECT;" "bool reject = false;"
  isp/isp-gre-icmp-unreachable.xml "icmp.error.received at client")
mutant(one_port_too_many sim/run/build_node.c
  "(uint16_t)wanted->ports : 0" "(uint16_t)(wanted->ports + 1) : 0"
  ports/ports-default-5-pptp.xml "but no call: general error, no resource\n")
mutant(seed_ignored protocols/base/entropy.c
  "uint64_t mixed = seed;" "uint64_t mixed = 1;"
  determinism/det-same-seed-same-bytes.xml "another seed")
