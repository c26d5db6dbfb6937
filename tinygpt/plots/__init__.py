"""Figures: data in, a Plotly figure (or a small picture) out. Nothing here knows of Streamlit."""
