"""`python -m dicomlab` is the program `dicomlab`."""

from dicomlab.cli.main import main

if __name__ == "__main__":
    main()
