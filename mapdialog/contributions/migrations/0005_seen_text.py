"""Marks that turn the text around them leave what is stored, and cannot come back."""

from django.db import migrations, models
from django.db.models import Q

UNSEEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
# what is public changed: each consultation's data version is raised, so that no cache keeps the old words
CLEAN = f"""
WITH cleaned AS (
    UPDATE contributions_contribution SET
        text = btrim(translate(text, '{UNSEEN}', '')), place_words = btrim(translate(place_words, '{UNSEEN}', '')),
        answers = translate(answers::text, '{UNSEEN}', '')::jsonb,
        details = translate(details::text, '{UNSEEN}', '')::jsonb
    WHERE text || place_words || answers::text || details::text ~ '[{UNSEEN}]'
    RETURNING consultation_id
)
UPDATE dialogue_dataversion SET number = number + 1
WHERE consultation_id IN (SELECT consultation_id FROM cleaned);
UPDATE contributions_submission SET sender_role = translate(sender_role, '{UNSEEN}', '')
WHERE sender_role ~ '[{UNSEEN}]';
"""  # noqa: S608 (our own characters)


class Migration(migrations.Migration):
    dependencies = [("contributions", "0004_public_place")]
    operations = [
        migrations.RunSQL(CLEAN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=~Q(text__regex=f"[{UNSEEN}]") & ~Q(place_words__regex=f"[{UNSEEN}]"),
                name="contribution_text_is_seen",
            ),
        ),
    ]
