from tests.dashboard.conftest import *
def test_x(filled, show):
    for page, q in (("start",{}),("partners",{"brief":"handwashing"}),("organization",{"organization":"evil"}),("organization",{"q":"radio"}),("brief",{"brief":"handwashing"}),("how_it_works",{})):
        app=show(page,**q); print("=====",page,[e.message for e in app.exception]); print(words(app)[:1500])
