#include "support/unit.h"

#include "scenario/language.h"
#include "scenario/loader.h"
#include "scenario/reference.h"
#include "vocabulary.h"

#include <stdlib.h>
#include <string.h>

static bool is_declaration(const xmlNode *node)
{
    static const char *const constructs[] = {"element", "attribute", "simpleType", NULL};
    for (size_t i = 0; constructs[i]; i++) {
        if (strcmp(xml_text(node->name), constructs[i]) == 0)
            return language_property(node, "name") != NULL;
    }
    return false;
}

static void every_element_attribute_and_type_is_documented(void **state)
{
    (void)state;
    struct language language;
    assert_true(language_init(&language));
    const xmlNode *root = xmlDocGetRootElement(language.document);
    size_t count = 0;
    for (xmlNode *n = xml_first_child(root); n; n = xml_next_element(root, n)) {
        if (!is_declaration(n))
            continue;
        const char *note = language_note(n, "documentation");
        if (!note || strlen(note) < 8 || note[strlen(note) - 1] != '.')
            fail_msg("scenario.xsd: %s \"%s\" has no sentence of documentation", n->name,
                     language_property(n, "name"));
        count++;
    }
    assert_true(count > 150);
    language_destroy(&language);
}

/* Everything that a message may have to explain can be explained. */
static void every_attribute_has_a_type_with_an_expected_phrase(void **state)
{
    (void)state;
    struct language language;
    assert_true(language_init(&language));
    const xmlNode *root = xmlDocGetRootElement(language.document);
    for (xmlNode *n = xml_first_child(root); n; n = xml_next_element(root, n)) {
        char text[300];
        if (strcmp(xml_text(n->name), "attribute") != 0)
            continue;
        const char *type = language_property(n, "type");
        assert_non_null(type);
        assert_non_null(language_find(&language, "simpleType", type));
        language_expected(&language, type, text, sizeof text);
        if (text[0] == '\0' || strlen(text) > 250)
            fail_msg("scenario.xsd: type \"%s\" says nothing about what is expected", type);
    }
    language_destroy(&language);
}

static void groups_of_groups_are_followed_in_order(void **state)
{
    (void)state;
    struct language language;
    assert_true(language_init(&language));
    const xmlNode *host = language_find(&language, "complexType", "host");
    struct language_list attributes = language_attributes(&language, host);
    static const char *const names[] = {"name", "description", "profile", "forwarding"};
    assert_int_equal(attributes.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(language_property(attributes.items[i], "name"), names[i]);
    struct language_list children = language_children(&language, host);
    assert_int_equal(children.count, 6);
    assert_string_equal(language_property(children.items[0], "name"), "interface");
    assert_string_equal(language_property(children.items[3], "name"), "udp-server");
    assert_null(language_find(&language, "complexType", "host-of-nothing"));
    language_destroy(&language);
}

static void the_reference_tells_elements_values_layers_and_events(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(scenario_reference_write(test_vocabulary(), stream), STATUS_OK);
    fclose(stream);
    static const char *const parts[] = {
        "\n### `<transfer>` in `<timeline>`\n",
        "\n### `<transfer>` in `<expect>`\n",
        "\n### `<link-down>`, `<link-up>` in `<timeline>`\n",
        "| `queue` | [queue-length](#queue-length) | `100` | How many frames",
        "| `point` | [capture-point](#capture-point) | required | ",
        "\n### yes-no\n\nyes or no. One of: yes or no.\n",
        "| `<vpn-client>` | `ppp` | ",
        "| `dial.failed` | `connection` `error` | It failed. |\n",
        "| `ping.lost` | | A reply is missing. |\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!strstr(text, parts[i]))
            fail_msg("the reference lacks: %s", parts[i]);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_element_attribute_and_type_is_documented),
        cmocka_unit_test(every_attribute_has_a_type_with_an_expected_phrase),
        cmocka_unit_test(groups_of_groups_are_followed_in_order),
        cmocka_unit_test(the_reference_tells_elements_values_layers_and_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
