#include "cli/files.h"
#include "folder.h"

static void a_folder_stands_for_its_xml_files_in_order(void **state)
{
    (void)state;
    make_subfolder("b");
    make_subfolder(".hidden");
    write_file("b/2.xml", "");
    write_file("b/1.xml", "");
    write_file("z.xml", "");
    write_file("a.xml", "");
    write_file("notes.txt", "");
    write_file(".x.xml", "");
    write_file(".hidden/x.xml", "");
    struct cli_files files = {0};
    char error[256];
    assert_int_equal(cli_files_add(&files, inside(""), NULL, error, sizeof error), STATUS_OK);
    const char *const expected[] = {"a.xml", "b/1.xml", "b/2.xml", "z.xml"};
    assert_int_equal(files.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(files.paths[i], inside(expected[i]));
    cli_files_clear(&files);
}

static bool has_scenario(const char *path)
{
    return strstr(path, "scenario") != NULL;
}

static void only_wanted_files_of_a_folder_are_taken(void **state)
{
    (void)state;
    write_file("topology.xml", "");
    write_file("scenario.xml", "");
    struct cli_files files = {0};
    char error[256];
    assert_int_equal(cli_files_add(&files, folder, has_scenario, error, sizeof error), STATUS_OK);
    assert_int_equal(files.count, 1);
    assert_string_equal(files.paths[0], inside("scenario.xml"));
    /* A file that is named is taken as it is. */
    assert_int_equal(
        cli_files_add(&files, inside("topology.xml"), has_scenario, error, sizeof error),
        STATUS_OK);
    assert_int_equal(files.count, 2);
    cli_files_clear(&files);
}

static void what_is_not_there_is_named(void **state)
{
    (void)state;
    struct cli_files files = {0};
    char error[256];
    char expected[300];
    snprintf(expected, sizeof expected, "%s: No such file or directory", inside("x.xml"));
    assert_int_equal(cli_files_add(&files, inside("x.xml"), NULL, error, sizeof error),
                     STATUS_NOT_FOUND);
    assert_string_equal(error, expected);
    assert_int_equal(files.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_folder_stands_for_its_xml_files_in_order),
        IN_FOLDER(only_wanted_files_of_a_folder_are_taken),
        IN_FOLDER(what_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
