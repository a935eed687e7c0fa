# The password stands in the source, and in its history for ever.
import pika

credentials = pika.PlainCredentials("notes", "Kq7vX2mPz9")  # finding: secret-in-source
