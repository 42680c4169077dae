# Multilink broken on purpose; see mutants.cmake.
mutant(one_link_does_all protocols/ppp/multilink_send.c
  "    for (; count > 1; count--) {" "    for (count = 1; count > 1; count--) {"
  dial-up/ppp-multilink-two-links.xml "the first half of each large ping goes over the first line\n")
mutant(bundle_ends_with_a_link sim/nodes/rras_dialup.c
  "if (bundle->port.link_count == 0)" "if (true)"
  dial-up/ppp-multilink-link-lost.xml "the connection does not end with its link\n")
mutant(loss_is_left_to_the_timer protocols/ppp/multilink_receive.c
  "passed_by_all(self) <= ahead(self, end)" "true"
  dial-up/ppp-multilink-lost-fragment.xml "and missed\n")
mutant(endpoint_not_compared protocols/ppp/ppp_bundle.c
  "if (!is_same_endpoint(&bundle->peer_endpoint, &link->peer_endpoint))" "if (false)"
  dial-up/ppp-multilink-other-endpoint.xml "the same user, and another caller\n")
mutant(loss_is_not_told sim/nodes/bundle_port.c
  "            ppp_session_link_error(&base->session);" "            (void)base;"
  dial-up/ppp-multilink-encryption.xml "so that none is restored wrongly\n")
