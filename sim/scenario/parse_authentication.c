/* Who proves what to whom: methods, accounts, passwords. */
#include "scenario/parse.h"
#include "scenario/values.h"

static const char *const authentication_names[] = {
    "pap",     "spap",           "chap-md5", "ms-chap", "ms-chap-v2",
    "eap-md5", "eap-ms-chap-v2", "eap-tls",  NULL};
static const char *const account_names[] = {"normal",      "expired",    "disabled",
                                            "logon-hours", "no-dial-in", NULL};

static void parse_methods(struct loader *loader, const xmlNode *element, const char *name,
                          struct scenario_authentication_list *list)
{
    unsigned indexes[SCENARIO_AUTHENTICATION_COUNT];
    const char *text = element_text(loader, element, name);
    if (!text)
        return;
    if (!value_choices(text, authentication_names, indexes, SCENARIO_AUTHENTICATION_COUNT,
                       &list->count)) {
        element_wrong_value(loader, element, name);
        return;
    }
    for (size_t i = 0; i < list->count; i++)
        list->methods[i] = (enum scenario_authentication)indexes[i];
}

/* The list of what a caller proves itself with, and the certificates that this may need. */
static void parse_certified_methods(struct loader *loader, const xmlNode *element, const char *name,
                                    bool server, struct scenario_authentication_list *list,
                                    struct scenario_eap_tls *eap_tls)
{
    parse_methods(loader, element, name, list);
    parse_eap_tls(loader, element, server, eap_tls);
    if (scenario_has_method(list, SCENARIO_AUTHENTICATION_EAP_TLS) && !eap_tls->at.file)
        loader_error(loader, loader_attribute_position(loader, element, name),
                     "%s of <%s> holds eap-tls; expected a child <eap-tls> with its certificates",
                     name, xml_text(element->name));
}

/* A proof that one end demands of the other, or offers it: all of it is said or nothing. */
static void parse_proof(struct loader *loader, const xmlNode *element, const char *methods,
                        const char *user, const char *password, struct scenario_proof *proof)
{
    parse_methods(loader, element, methods, &proof->methods);
    if (scenario_has_method(&proof->methods, SCENARIO_AUTHENTICATION_EAP_TLS))
        loader_error(loader, loader_attribute_position(loader, element, methods),
                     "eap-tls proves both ends at once; expected other protocols in %s", methods);
    proof->user = element_text(loader, element, user);
    proof->password = element_text(loader, element, password);
    bool is_whole = proof->user && proof->password;
    bool is_wanted = xml_attribute(element, methods) != NULL;
    if (is_wanted != is_whole || (!is_wanted && (proof->user || proof->password)))
        loader_error(loader, loader_position(loader, element),
                     "%s, %s and %s go together; expected all of them or none", methods, user,
                     password);
}

void parse_connection_authentication(struct loader *loader, const xmlNode *element,
                                     struct scenario_connection *connection)
{
    connection->new_password = element_text(loader, element, "new-password");
    if (connection->new_password && connection->new_password[0] == '\0')
        connection->new_password = NULL; /* as if it were not there: a parameter may say so */
    parse_certified_methods(loader, element, "authentication", false, &connection->authentication,
                            &connection->eap_tls);
    parse_proof(loader, element, "demands", "server-user", "server-password", &connection->demand);
}

void parse_server_authentication(struct loader *loader, const xmlNode *element,
                                 struct scenario_server_authentication *authentication)
{
    parse_certified_methods(loader, element, "methods", true, &authentication->methods,
                            &authentication->eap_tls);
    authentication->masquerades = element_is_yes(loader, element, "masquerade");
    authentication->knows_no_domains = !element_is_yes(loader, element, "domains");
    authentication->change_version =
        (unsigned)element_number(loader, element, "change-password", 0);
    authentication->notification = element_text(loader, element, "notification");
    parse_proof(loader, element, "proves", "own-user", "own-password", &authentication->proof);
}

enum scenario_account parse_account(struct loader *loader, const xmlNode *element)
{
    return (enum scenario_account)element_index(loader, element, "account", account_names, 0);
}
