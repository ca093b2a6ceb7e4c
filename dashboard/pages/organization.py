import streamlit as st
st.title('organization')
