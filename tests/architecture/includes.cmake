# Fails unless every #include line below ${ROOT} keeps the direction of the dependencies:
#   protocols/X  includes base/, crypto/ and X/ only
#   sim          main -> cli -> run -> scenario, expect, capture -> nodes -> ipsec -> host -> net -> core, all may
#                use protocols/base; run -> outside -> net
#   the outside  sockets and devices only in sim/outside
#   libraries    OpenSSL only in protocols/crypto, libpcap only in sim/capture, libxml2 only in
#                sim/scenario and sim/expect/junit.c
cmake_minimum_required(VERSION 3.25)

# What each folder may include besides itself; "*" is every protocol.
set(may_core base crypto)
set(may_net base core)
set(may_host base inet core net)
set(may_ipsec base crypto inet ike core net host) # and protocols/ipsec, which has its name
set(may_nodes base crypto ike inet ipx nbf ppp gre pptp l2tp core net host ipsec)
set(may_capture base core net)
set(may_expect base core net)
set(may_scenario base crypto core ipsec nodes expect)
set(may_outside base core net)
set(may_run outside base crypto core net host ipsec ike nodes capture expect scenario)
set(may_cli base crypto core net host ipsec nodes capture expect scenario run)
set(may_base "")
set(may_crypto base)

set(problems "")
file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/protocols/*.[ch] ${ROOT}/sim/*.[ch])
if(NOT sources)
  message(FATAL_ERROR "no sources below ${ROOT}")
endif()
foreach(source ${sources})
  string(REGEX MATCH "^(protocols|sim)/(.*)$" unused ${source})
  set(area ${CMAKE_MATCH_1})
  get_filename_component(folder ${CMAKE_MATCH_2} DIRECTORY)
  string(REGEX REPLACE "/.*" "" folder "${folder}")
  if(area STREQUAL "protocols" AND NOT folder MATCHES "^(base|crypto)$")
    set(allowed base crypto)
  elseif(area STREQUAL "sim" AND folder STREQUAL "") # main
    set(allowed cli)
  else()
    set(allowed ${may_${folder}})
  endif()
  list(APPEND allowed ${folder})

  file(STRINGS ${ROOT}/${source} lines REGEX "^[ \t]*#[ \t]*include")
  foreach(line ${lines})
    if(line MATCHES "\"([a-z0-9_]+)/[^\"]*\"")
      if(NOT CMAKE_MATCH_1 IN_LIST allowed)
        list(APPEND problems "${source}: may not include from ${CMAKE_MATCH_1}/: ${line}")
      endif()
    endif()
    if(area STREQUAL "sim" AND NOT folder STREQUAL "outside" AND
       line MATCHES "<(poll|sys/(socket|ioctl|epoll|select|timerfd|un)|net/[a-z_]+|netinet/[a-z_]+|arpa/inet|linux/[a-z_]+|netdb|sched)\\.h>")
      list(APPEND problems "${source}: sockets and devices belong to sim/outside: ${line}")
    endif()
    if(line MATCHES "<openssl/" AND NOT source MATCHES "^protocols/crypto/")
      list(APPEND problems "${source}: OpenSSL belongs to protocols/crypto: ${line}")
    endif()
    if(line MATCHES "<pcap" AND NOT source MATCHES "^sim/capture/")
      list(APPEND problems "${source}: libpcap belongs to sim/capture: ${line}")
    endif()
    if(line MATCHES "<libxml/" AND NOT source MATCHES "^sim/(scenario/|expect/junit)")
      list(APPEND problems "${source}: libxml2 belongs to sim/scenario: ${line}")
    endif()
    if(area STREQUAL "protocols" AND line MATCHES "<(time|sys/time|sys/socket|pthread|unistd)\\.h>")
      list(APPEND problems "${source}: an engine knows no clock, socket or thread: ${line}")
    endif()
  endforeach()
endforeach()
if(problems)
  list(JOIN problems "\n  " text)
  message(FATAL_ERROR "dependencies that run the wrong way:\n  ${text}")
endif()
