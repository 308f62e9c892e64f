/* Stands for python.exe and py.exe: it notes how it was called, and ends as the environment says.

   STAND_IN_LOG  where to note it, a line: name, arguments and the STATTABLE_ variables, between tabs, in UTF-8
   STAND_IN_FITS words that the command line has if it is to end with 0; otherwise it ends with 9 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

static void note(FILE *log, const wchar_t *text) {
    char bytes[32768];
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    fprintf(log, "%s\t", bytes);
}

int wmain(int count, wchar_t **words, wchar_t **environment) {
    FILE *log = _wfopen(_wgetenv(L"STAND_IN_LOG"), L"ab");
    const wchar_t *name = wcsrchr(words[0], L'\\');
    note(log, name ? name + 1 : words[0]);
    for (int at = 1; at < count; at++) note(log, words[at]);
    for (; *environment; environment++)
        if (!wcsncmp(*environment, L"STATTABLE_", 10)) note(log, *environment);
    fprintf(log, "\n");
    fclose(log);
    return wcsstr(GetCommandLineW(), _wgetenv(L"STAND_IN_FITS")) ? 0 : 9;
}
