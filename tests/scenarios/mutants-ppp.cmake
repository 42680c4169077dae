# Mutants of PPP's link and network control protocols; see mutants.cmake.

mutant(one_ncp_takes_all_with_it protocols/ppp/ppp_session_network.c
  "    if (!hope)" "    if (true)"
  ppp/ppp-ncp-independent.xml "the link does not end")
mutant(ipx_delivered_as_ip protocols/ppp/ppp_session_data.c
  "output_push_datagram(&self->output, packet, ncp->class->protocols[0])" "output_push_datagram(&self->output, packet, PPP_PROTOCOL_IP)"
  pptp/ipx-over-pptp.xml "every echo is answered")
mutant(nbf_names_forgotten protocols/ppp/network/nbfcp.c
  "nbfcp->projected = (uint8_t)((1u << config->name_count) - 1);" "nbfcp->projected = 1;"
  pptp/netbeui-over-pptp.xml "the client's three names are added")
mutant(appletalk_ignored protocols/ppp/lcp.c
  "    if (!ppp_control_is_opened(&lcp->control))\n        return;\n    uint8_t head[2];" "    return;\n    uint8_t head[2];"
  pptp/appletalk-over-pptp.xml "the client learns it")
mutant(lcp_takes_late_answers protocols/ppp/ppp_control.c
  "if (identifier != control->request_identifier)" "if (false)"
  ppp/ppp-lcp-restart-livelock.xml "never ppp.lcp.opened at client\n *seen:")
mutant(lcp_echo_replies_forgotten protocols/ppp/lcp.c
  "    if (code == PPP_ECHO_REPLY && identifier == lcp->echo_identifier)
        lcp->echo_unanswered = 0;" ""
  ppp/ppp-lcp-echo-dead-peer.xml "three more are not\n[^\n]*\n *seen:")
mutant(protocol_field_always_compressed protocols/ppp/ppp_session_frame.c
  "bool narrow = protocol < 0x100 && self->lcp.peer_pfc;" "bool narrow = protocol < 0x100;"
  ppp/ppp-acfc-pfc.xml "acfc-alone")
mutant(lcp_loop_unnoticed protocols/ppp/lcp_judge.c
  "        lcp->magic_collisions++;" "        ;"
  dial-up/ppp-looped-line.xml "the client finds out\n[^\n]*\n *seen:")
mutant(refusal_to_authenticate_ignored protocols/ppp/lcp_request.c
  "lcp_notify(lcp, now, PPP_NOTICE_REFUSED, PPP_AUTH_ERROR_AUTHENTICATION_FAILURE);" "lcp->asks &= (uint16_t)~LCP_ASK_AUTHENTICATION;"
  authentication/ppp-two-way-auth-refused.xml "the connection is initiated, refused, and logged\n")
mutant(cbcp_left_out protocols/ppp/ppp_session_callback.c
  "if (!self->lcp.callback && !self->lcp.peer_callback) {" "if (true) {"
  ppp/ppp-callback-none.xml "after the authentication, before the network protocols\n")
mutant(session_limit_ignored sim/nodes/ppp_port.c
  "port->ends_at = instant_after(now, limit);" "port->ends_at = INSTANT_NEVER;"
  ppp/ppp-session-limit.xml "the server closes the link after thirty seconds\n[^\n]*\n *seen:")
