#include "expect/junit.h"
#include "support/unit.h"

#include <libxml/parser.h>

#include <stdlib.h>
#include <string.h>

static const struct expectation expectation = {
    .kind = EXPECT_REPRODUCIBLE, .file = "a&b.xml", .line = 12};

static void assert_document(const struct verdict *verdicts, size_t count, const char *error,
                            const char *expected)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    junit_begin(stream);
    assert_int_equal(junit_write_suite(stream, "x", verdicts, count, error), STATUS_OK);
    junit_end(stream);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
    xmlDocPtr document = xmlReadMemory(text, (int)size, "junit.xml", NULL, XML_PARSE_NONET);
    assert_non_null(document);
    xmlFreeDoc(document);
    free(text);
}

static void every_verdict_is_a_test_case(void **state)
{
    (void)state;
    const struct verdict verdicts[] = {
        {&expectation, true, "LCP \"never\" opens", "never lcp.opened", ""},
        {&expectation, false, "no data", "frames < 5", "5 > 4\x1b\xff"},
    };
    assert_document(verdicts, 2, NULL,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuites>\n"
                    "<testsuite name=\"x\" tests=\"2\" failures=\"1\" errors=\"0\">\n"
                    " <testcase classname=\"x\" name=\"LCP &quot;never&quot; opens\" "
                    "file=\"a&amp;b.xml\" line=\"12\"/>\n"
                    " <testcase classname=\"x\" name=\"no data\" file=\"a&amp;b.xml\" "
                    "line=\"12\">\n"
                    "  <failure message=\"5 &gt; 4??\">expected: frames &lt; 5\n"
                    "seen: 5 &gt; 4??\n"
                    "</failure>\n"
                    " </testcase>\n"
                    "</testsuite>\n"
                    "</testsuites>\n");
}

static void a_scenario_that_does_not_run_is_an_error(void **state)
{
    (void)state;
    assert_document(NULL, 0, "out/x: No space left on device",
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuites>\n"
                    "<testsuite name=\"x\" tests=\"1\" failures=\"0\" errors=\"1\">\n"
                    " <testcase classname=\"x\" name=\"the scenario runs to its end\">\n"
                    "  <error message=\"out/x: No space left on device\"/>\n"
                    " </testcase>\n"
                    "</testsuite>\n"
                    "</testsuites>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_is_a_test_case),
        cmocka_unit_test(a_scenario_that_does_not_run_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
