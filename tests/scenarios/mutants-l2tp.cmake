# Mutants of L2TP; see mutants.cmake.
mutant(l2tp_own_tunnel_id_in_data protocols/l2tp/l2tp_session_data.c
  "frame, tunnel->peer_id, session->peer_id, priority" "frame, tunnel->local_id, session->peer_id, priority"
  l2tp/l2tp-control-handshake.xml "all others of the client are for tunnel 33\n[^\n]*\n *seen: +[1-9]")
mutant(l2tp_acknowledgment_takes_a_number protocols/l2tp/l2tp_channel.c
  "ns_of(self->unsent.head) : self->next_ns);" "ns_of(self->unsent.head) : self->next_ns++);"
  l2tp/l2tp-nr-ns-order.xml "an acknowledgment has the Ns of the message that comes next, and no other\n[^\n]*\n *seen: +[1-9]")
mutant(l2tp_with_mppe sim/nodes/l2tp/l2tp_port.c
  "    config.ccp.strengths = 0;\n    config.ccp.required = false;\n    config.ccp.enabled = config.ccp.compress;\n" ""
  l2tp/l2tp-no-mppe.xml "not one CCP frame\n[^\n]*\n *seen: +[1-9]")
mutant(l2tp_tunnels_not_shared sim/nodes/l2tp/l2tp_link.c
  "if (lives && tunnel->originator" "if (false && lives"
  l2tp/l2tp-multiple-calls-one-tunnel.xml "one tunnel for all\n")
mutant(l2tp_tunnel_ends_with_any_call protocols/l2tp/l2tp_tunnel.c
  "tunnel->state != L2TP_TUNNEL_ESTABLISHED || tunnel->sessions ||" "tunnel->state != L2TP_TUNNEL_ESTABLISHED ||"
  l2tp/l2tp-cdn-ends-call.xml "the tunnel stays\n")
mutant(l2tp_answers_to_the_known_port sim/nodes/l2tp/l2tp_link.c
  "output->port, packet, NULL" "L2TP_UDP_PORT, packet, NULL"
  l2tp/l2tp-client-port-not-1701.xml "the server's control messages go to port 40000\n")
mutant(l2tp_correlation_not_told sim/nodes/l2tp/l2tp_client.c
  "        client->call.correlation_id = client->correlation_id;\n" ""
  l2tp/l2tp-golden-microsoft-example.xml "ICRQ, 70 octets with the correlation id, whose 16 octets are random\n")
mutant(l2tp_one_port_too_many sim/run/build_node.c
  "{.ports = (uint16_t)node->l2tp.ports," "{.ports = (uint16_t)(node->l2tp.ports + 1),"
  ports/ports-default-5-l2tp.xml "but no call: no facilities for the moment\n")
mutant(one_type_of_tunnel_only sim/nodes/vpn_connection.c
  "connection->trying + 1 < connection->tunnel_count" "false"
  site-to-site/dd-type-automatic.xml "31 s later it is given up\n")
mutant(l2tp_frames_with_address_and_control sim/nodes/l2tp/l2tp_port.c
  "    config.ccp.strengths = 0;\n" "    config.ccp.strengths = 0;\n    config.lcp.acfc = false;\n    config.lcp.pfc = false;\n"
  ipsec/ndis-path-l2tp-7-steps.xml "the PPP header is the protocol alone")
mutant(l2tp_drops_not_counted sim/nodes/tunnel_watch.c
  "strcmp(protocol, \"l2tp\") == 0" "false"
  ipsec/l2tp-decap-7-steps.xml "step 6, L2TP\n[^\n]*\n *seen: +it is .0.")
