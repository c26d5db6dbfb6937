"""What stands between the core and the browser: the one package that imports Streamlit."""
