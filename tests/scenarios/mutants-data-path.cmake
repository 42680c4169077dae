# Mutants of the PPTP data path: GRE, PPP, MPPE; see mutants.cmake.
mutant(gre_reorders_nothing protocols/gre/gre_tunnel.c
  ".reorder_packets = 8," ".reorder_packets = 0,"
  gre/gre-reorder-queue.xml "but is sent on behind it: first 20\n")
mutant(gre_delivers_what_the_rfc_drops protocols/gre/gre_tunnel.c
  "if (self->config.late == GRE_LATE_DELIVER)" "if (true)"
  gre/gre-reorder-queue-rfc.xml "datagram 20 is dropped when it comes behind 22\n")
mutant(gre_window_never_closes protocols/gre/gre_tunnel.c
  "self->next_sequence - self->oldest_unacked < self->window" "true"
  gre/gre-sliding-window-rfc.xml "32 datagrams at first\n")
mutant(gre_acknowledges_at_once protocols/gre/gre_tunnel.c
  "self->ack_due = instant_after(now, self->config.ack_delay_ms * INSTANT_MILLISECOND);" "self->ack_due = now;"
  gre/gre-ack-only-after-100ms.xml "and is acknowledged 100 ms later")
mutant(gre_source_not_compared sim/nodes/pptp/pptp_port.c
  "if (port->validate_address && source != port->peer)" "if (false)"
  gre/gre-source-address-check.xml "nothing of them reaches PPP\n")
mutant(mppe_key_changes_to_itself protocols/ppp/compression/mppe.c
  "        mppe_change_key(state->crypto, (enum mppe_strength)state->strength, state->start_key,
                        state->session_key);
" ""
  mppe/mppe-key-per-packet.xml "the key has changed 30 times for what the client sends\n")
mutant(mppe_count_wraps_early protocols/ppp/compression/mppe.c
  "state->count = (state->count + 1) & MPPE_COUNT_MASK;" "state->count = (state->count + 1) & (MPPE_COUNT_MASK >> 1);"
  mppe/mppe-4096-coherency-wrap.xml "the count goes up to FFF\n")
mutant(mppe_late_packet_rekeys protocols/ppp/compression/mppe.c
  "if (distance == 0 || distance > MPPE_WINDOW) {" "if (distance == 0) {"
  mppe/mppe-reorder.xml "udp-server.9.received")
mutant(mppe_takes_clear_packets protocols/ppp/compression/mppe.c
  "if (!(header & MPPE_ENCRYPTED)) {" "if (false) {"
  pptp/pptp-decap-5-steps.xml "step 4, decryption\n")
mutant(ppp_keeps_address_and_control protocols/ppp/ppp_session_frame.c
  "if (!self->lcp.peer_acfc || !ppp_session_lcp_is_opened(self))" "if (true)"
  pptp/ndis-path-pptp-7-steps.xml "its header is the protocol alone")
mutant(pptp_server_mtu_ignored sim/run/build_node.c
  ".mtu = (uint16_t)wanted->mtu," ".mtu = 0,"
  pptp/pptp-mtu-1400-no-fragment.xml "the server as well\n")
mutant(icmp_code_not_looked_at sim/host/packet_filter.c
  "rule->icmp_code == icmp[1]" "rule->icmp_code != icmp[1]"
  pptp/pptp-pmtu-black-hole.xml "transfer upload fails\n")
