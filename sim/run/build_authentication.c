/* Methods, accounts and passwords, as the engines want them. */
#include "run/build_internal.h"

#include <string.h>

/*
 * The engines' methods in the order of the scenario. EAP comes where the first of its methods does;
 * those inside have a list of their own.
 */
static enum status build_methods(struct run *run, struct scenario_position at,
                                 const struct scenario_authentication_list *list,
                                 enum ppp_auth_method methods[LCP_METHODS], uint8_t *count,
                                 struct ppp_auth_eap_methods *eap)
{
    static const struct {
        enum ppp_auth_method method;
        enum ppp_auth_eap_method inside; /* of EAP */
    } method_of[] = {
        [SCENARIO_AUTHENTICATION_PAP] = {.method = PPP_AUTH_PAP},
        [SCENARIO_AUTHENTICATION_SPAP] = {.method = PPP_AUTH_SPAP},
        [SCENARIO_AUTHENTICATION_CHAP_MD5] = {.method = PPP_AUTH_CHAP_MD5},
        [SCENARIO_AUTHENTICATION_MS_CHAP] = {.method = PPP_AUTH_MS_CHAP_V1},
        [SCENARIO_AUTHENTICATION_MS_CHAP_V2] = {.method = PPP_AUTH_MS_CHAP_V2},
        [SCENARIO_AUTHENTICATION_EAP_MD5] = {PPP_AUTH_EAP, PPP_AUTH_EAP_MD5},
        [SCENARIO_AUTHENTICATION_EAP_MS_CHAP_V2] = {PPP_AUTH_EAP, PPP_AUTH_EAP_MS_CHAP_V2},
        [SCENARIO_AUTHENTICATION_EAP_TLS] = {PPP_AUTH_EAP, PPP_AUTH_EAP_TLS},
    };
    _Static_assert(LCP_METHODS >= PPP_AUTH_METHOD_COUNT, "a list of all methods fits");
    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        enum ppp_auth_method method = method_of[list->methods[i]].method;
        if (method == PPP_AUTH_EAP && eap->count == PPP_AUTH_EAP_METHOD_COUNT)
            return build_error(run, at, "too many methods inside EAP");
        if (method == PPP_AUTH_EAP)
            eap->list[eap->count++] = method_of[list->methods[i]].inside;
        if (method != PPP_AUTH_EAP || eap->count == 1)
            methods[(*count)++] = method;
    }
    return STATUS_OK;
}

static bool has_eap_tls(const struct ppp_auth_eap_methods *methods)
{
    for (unsigned i = 0; i < methods->count; i++)
        if (methods->list[i] == PPP_AUTH_EAP_TLS)
            return true;
    return false;
}

static enum oem_code_page build_code_page(const struct scenario_node *node)
{
    return node->code_page == SCENARIO_CODE_PAGE_850 ? OEM_CODE_PAGE_850 : OEM_CODE_PAGE_437;
}

static const struct scenario_authentication_list ms_chap_v2 = {
    .methods = {SCENARIO_AUTHENTICATION_MS_CHAP_V2}, .count = 1};

enum status build_connection_authentication(struct run *run, const struct scenario_node *node,
                                            const struct node_profile *profile,
                                            const struct scenario_connection *wanted,
                                            struct connection_config *common)
{
    /* What an ISP demands is up to the ISP, so that the best of everything is offered. */
    static const struct scenario_authentication_list any = {
        .methods = {SCENARIO_AUTHENTICATION_MS_CHAP_V2, SCENARIO_AUTHENTICATION_CHAP_MD5,
                    SCENARIO_AUTHENTICATION_PAP},
        .count = 3,
    };
    const struct scenario_authentication_list *list = &wanted->authentication;
    if (list->count == 0)
        list = wanted->phone_number ? &any : &ms_chap_v2;
    common->user = wanted->user;
    common->password = wanted->password;
    common->new_password = wanted->new_password;
    common->code_page = build_code_page(node);
    common->server_user = wanted->demand.user;
    common->server_password = wanted->demand.password;
    enum status status = build_methods(run, wanted->at, list, common->methods,
                                       &common->method_count, &common->eap_methods);
    if (status == STATUS_OK && has_eap_tls(&common->eap_methods))
        status = build_eap_tls(run, profile, true, &wanted->eap_tls, &common->eap_tls);
    if (status != STATUS_OK)
        return status;
    return build_methods(run, wanted->at, &wanted->demand.methods, common->demanded,
                         &common->demanded_count, &common->demanded_eap);
}

enum status build_server_authentication(struct run *run, const struct scenario_node *node,
                                        const struct node_profile *profile,
                                        struct rras_server_config *config)
{
    static const struct scenario_authentication_list chap = {
        .methods = {SCENARIO_AUTHENTICATION_CHAP_MD5}, .count = 1};
    const struct scenario_server_authentication *wanted = &node->server->authentication;
    const struct scenario_authentication_list *list = &wanted->methods;
    if (list->count == 0)
        list = node->kind == SCENARIO_ISP_NAS ? &chap : &ms_chap_v2;
    config->code_page = build_code_page(node);
    config->masquerades = wanted->masquerades;
    config->knows_no_domains = wanted->knows_no_domains;
    config->change_version = (uint8_t)wanted->change_version;
    config->notification = wanted->notification;
    config->own_user = wanted->proof.user;
    config->own_password = wanted->proof.password;
    enum status status = build_methods(run, node->at, list, config->methods, &config->method_count,
                                       &config->eap_methods);
    if (status == STATUS_OK && has_eap_tls(&config->eap_methods))
        status = build_eap_tls(run, profile, false, &wanted->eap_tls, &config->eap_tls);
    if (status != STATUS_OK)
        return status;
    return build_methods(run, node->at, &wanted->proof.methods, config->proves,
                         &config->proves_count, &config->proves_eap);
}

uint32_t build_account(enum scenario_account account)
{
    switch (account) {
    case SCENARIO_ACCOUNT_NORMAL:
        break;
    case SCENARIO_ACCOUNT_EXPIRED:
        return PPP_ERROR_PASSWORD_EXPIRED;
    case SCENARIO_ACCOUNT_DISABLED:
        return PPP_ERROR_ACCOUNT_DISABLED;
    case SCENARIO_ACCOUNT_LOGON_HOURS:
        return PPP_ERROR_LOGON_HOURS;
    case SCENARIO_ACCOUNT_NO_DIAL_IN:
        return PPP_ERROR_NO_DIALIN_PERMISSION;
    }
    return PPP_ERROR_NONE;
}
