using System.Diagnostics;
using System.Globalization;

namespace BulkMover.FileFormats.Tests.Parquet.Mutations;

/// <summary>Reads damaged files in child processes: one that crashes or hangs ends, is noted, and the next goes on behind it.</summary>
internal static class MutationRun
{
    /// <summary>The same by hand, for as many as one likes: <c>stress-mutations DIRECTORY SEED COUNT</c> prints what went wrong.</summary>
    public const string Command = "stress-mutations";

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(120);

    public static async Task<int> PrintAsync(string directory, string seed, string count)
    {
        bool wrong = false;
        await foreach (string line in FindingsAsync(directory, Number(seed), Number(count), CancellationToken.None))
        {
            wrong |= line.StartsWith('!');
            Console.WriteLine(line);
        }

        return wrong ? 1 : 0;
    }

    /// <summary>
    /// A line beginning with ! for each file that crashed the reader, hung, took too much memory or threw what is not ours; at the end lines
    /// beginning with = that count outcomes.
    /// </summary>
    public static async IAsyncEnumerable<string> FindingsAsync(
        string directory, int seed, int count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int next = 0; next < count;)
        {
            int last = next - 1;
            string[] arguments = [MutationReader.Command, directory, .. new[] { seed, next, count - next }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
            var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            using Process child = Process.Start(start)!;
            Task<string> errors = child.StandardError.ReadToEndAsync(cancellationToken);
            bool hung = false;
            while (true)
            {
                string? line;
                try
                {
                    line = await child.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Silence, cancellationToken);
                }
                catch (TimeoutException)
                {
                    hung = true;
                    child.Kill();
                    break;
                }

                if (line is null)
                    break;
                if (line[0] is '!' or '=')
                    yield return line;
                else
                    last = Number(line);
            }

            await child.WaitForExitAsync(cancellationToken);
            if (hung || child.ExitCode != 0)
                yield return $"! {last} {(hung ? "hung" : $"exit code {child.ExitCode}")}: {(await errors).Trim()}";
            if (last < next)
                yield break;
            next = last + 1;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
