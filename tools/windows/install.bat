@echo off
rem Installs stattable for whoever is logged in, from the files beside this one, without the network. A Python that does
rem not fit ends with 9, one that is not there with more; then the next is tried.
setlocal EnableExtensions DisableDelayedExpansion
set "STATTABLE_PROGRAM=%~dp0program"
set "STATTABLE_INSTALL=%~dp0program\start.py"
py -3.13 "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
py -3.12 "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
py -3.11 "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
python "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
"%LOCALAPPDATA%\Programs\Python\Python313\python.exe" "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
"%LOCALAPPDATA%\Programs\Python\Python312\python.exe" "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
"%LOCALAPPDATA%\Programs\Python\Python311\python.exe" "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
"%ProgramFiles%\Python313\python.exe" "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
"%ProgramFiles%\Python312\python.exe" "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
"%ProgramFiles%\Python311\python.exe" "%STATTABLE_INSTALL%" 2>nul
if not errorlevel 9 goto end
type "%STATTABLE_PROGRAM%\no-python.txt"
:end
pause
exit
