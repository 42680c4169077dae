# IPv6 in hosts and routers.
mutant(ipv6_hop_limit_stays sim/host/host_stack_ipv6_input.c
  "    packet->data[7]--;
" ""
  inet/ipv6-ping-through-routers.xml "two routers have taken one each from 64\n")
mutant(ipv6_fragments_wait_half_as_long sim/host/host_stack_ipv6.c
  "(60 * INSTANT_SECOND)" "(30 * INSTANT_SECOND)"
  inet/ipv6-fragmentation.xml "and the source learns of it after 60 s\n")
mutant(ipv6_path_mtu_not_used sim/host/host_stack_ipv6_output.c
  "entry->mtu < out->mtu" "entry->mtu > out->mtu"
  inet/ipv6-path-mtu.xml "the first request is refused, then the answer to the second")
mutant(neighbor_is_never_probed protocols/inet/neighbor_cache.c
  "if (entry->state == NEIGHBOR_STALE) {" "if (entry->attempts > 9) {"
  inet/ipv6-neighbour-unreachable.xml "5 s of delay and 3 probes, a second each\n")
mutant(ipv6_tunnel_tells_no_mtu sim/host/host_stack_ipv6_security.c
  "    if (forwarded) {
        stack->counters.in_discards++;
        stack_ipv6_icmp_error(stack, NULL, ICMP_ARRIVAL_UNICAST, NULL, &message, packet);
" "    if (forwarded) {
        stack->counters.in_discards++;
"
  ipsec/ipsec-tunnel-two-endpoint-sets.xml "the router knows how much of the link the tunnel leaves, and tells\n")
mutant(ipv6_leaves_in_clear sim/host/host_stack_ipv6_output.c
  "    if (stack->security)
        packet = stack_secure(stack, way->out, false, packet);
" ""
  ipsec/ipsec-ipv6-transport.xml "only Neighbor Discovery is in clear\n")
mutant(ipv6_stays_when_ppp_goes sim/nodes/other_networks.c
  "    else
        remove_ipv6(networks);
" ""
  pptp/ipv6-over-pptp.xml "without the tunnel there is no link\n")
mutant(ike_does_not_listen_on_ipv6 sim/ipsec/policy_agent.c
  "            .receive_ipv6 = receive_ipv6,
" ""
  ipsec/ike-ipv6-transport.xml "the packet that started it has waited\n")
