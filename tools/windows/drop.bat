@echo off
rem The folder that is dropped onto this file is taken from the command line that cmd was started with, as it stands:
rem an ampersand, a caret, a percent sign or an exclamation mark in it would else be read by cmd. This file is ASCII, so
rem that it does not matter which code page cmd reads it in; what is said in Chinese, Python says, or a file in UTF-16.
setlocal EnableExtensions DisableDelayedExpansion
set "STATTABLE_BATCH=%~f0"
set "STATTABLE_PROGRAM=%~dp0program"
set STATTABLE_ARGUMENTS=%*
setlocal EnableDelayedExpansion
set "STATTABLE_COMMAND_LINE=!cmdcmdline!"
set "STATTABLE_PYTHON=!LOCALAPPDATA!\stattable\venv\Scripts\python.exe"
if not exist "!STATTABLE_PYTHON!" goto missing
"!STATTABLE_PYTHON!" -m stattable.cli.desktop @TASK@
if errorlevel 100 goto missing
goto end
:missing
endlocal
if exist "%STATTABLE_PROGRAM%\not-installed.txt" (type "%STATTABLE_PROGRAM%\not-installed.txt") else echo stattable is not installed.
:end
pause
exit
