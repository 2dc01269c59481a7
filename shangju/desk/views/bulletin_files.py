"""What is taken out of a bulletin: the Word file, and the short text for chat groups."""

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from shangju.bulletins import queries
from shangju.bulletins.paper import paper_of
from shangju.desk.views.bulletins import READER
from shangju.posts.middleware import standing_in

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
@READER
def word(request: HttpRequest, pk: int) -> FileResponse:
    """The paper as a Word file; a draft says on each page that it is one."""
    from shangju.bulletins.word import word_file  # noqa: PLC0415 - seven megabytes that most web processes never need

    found = queries.bulletin_for(standing_in(request), pk)
    paper = paper_of(found, list(found.sections.all()))
    name = f"{paper.title}{found.number or found.first.isoformat()}.docx"
    return FileResponse(BytesIO(word_file(paper)), as_attachment=True, filename=name, content_type=WORD)


@require_GET
@READER
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The bulletin in at most 500 signs, to be copied."""
    found = queries.bulletin_for(standing_in(request), pk)
    sections = list(found.sections.all())
    with translation.override(found.language):
        words = queries.short_text(found, sections)
    return render(request, "desk/bulletins/text.html", {"bulletin": found, "words": words})
